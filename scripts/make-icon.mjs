/** Draws media/icon.png (128 × 128): `node scripts/make-icon.mjs`. A note, a figure in it, a mask under a click. */
import path from 'node:path';
import { fileURLToPath } from 'node:url';
import sharp from 'sharp';

const root = path.join(path.dirname(fileURLToPath(import.meta.url)), '..');
const blob = 'M40 77c-2-13 8-24 22-25s28 5 30 18-8 25-24 27-26-8-28-20z';
const icon = `<svg xmlns="http://www.w3.org/2000/svg" width="128" height="128" viewBox="0 0 128 128">
<defs>
  <linearGradient id="ground" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#24405f"/><stop offset="1" stop-color="#14233a"/></linearGradient>
  <linearGradient id="mask" x1="0" y1="0" x2="1" y2="1"><stop offset="0" stop-color="#3fe0b5"/><stop offset="1" stop-color="#17a98a"/></linearGradient>
</defs>
<rect width="128" height="128" rx="28" fill="url(#ground)"/>
<rect x="24" y="18" width="80" height="92" rx="10" fill="#f7f9fc"/>
<path d="M36 31h38M36 41h54" stroke="#a9b8cb" stroke-width="5" stroke-linecap="round"/>
<path d="${blob}" fill="url(#mask)" stroke="#0d7f69" stroke-width="3"/>
<circle cx="66" cy="74" r="8.5" fill="#ff6b3d" stroke="#fff" stroke-width="4"/>
</svg>`;
await sharp(Buffer.from(icon)).png({ compressionLevel: 9 }).toFile(path.join(root, 'media/icon.png'));
