/** Sample photos as parts of figures. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const examples = path.join(path.dirname(fileURLToPath(import.meta.url)), '../../examples');

/** JPEG of a sample photo, base64, `width` pixels wide, with a mask of the test objects painted over it. */
export async function samplePhoto(name, width, mask, style = 'overlay') {
  const file = path.join(examples, 'photos', `${name}.jpg`);
  const { width: w, height: h } = await sharp(file).metadata();
  let image = sharp(file);
  if (mask) {
    const alpha = await sharp(path.join(examples, '../test/fixtures/photos/masks', `${mask}.png`))
      .extractChannel(0)
      .linear(style === 'overlay' ? 0.62 : 1, 0)
      .raw()
      .toBuffer();
    const layer = await sharp({
      create: { width: w, height: h, channels: 3, background: style === 'overlay' ? '#22d3a6' : '#ffffff' },
    })
      .joinChannel(alpha, { raw: { width: w, height: h, channels: 1 } })
      .png()
      .toBuffer();
    if (style === 'mask')
      image = sharp({ create: { width: w, height: h, channels: 3, background: '#111827' } });
    image = sharp(
      await image
        .composite([{ input: layer }])
        .png()
        .toBuffer(),
    );
  }
  return (await image.resize(width).jpeg({ quality: 90 }).toBuffer()).toString('base64');
}
