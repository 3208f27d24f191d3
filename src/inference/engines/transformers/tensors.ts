/** What graphs answer, checked. */
import type { Tensor } from '@huggingface/transformers';
import { brokenPack, type Pack } from '../../packs/registry';

/** A model or an image processor: the library's types hide that they are functions of named tensors, or of pictures. */
export type Called = (input: unknown) => Promise<Record<string, Tensor>>;

export interface Floats {
  readonly data: Float32Array;
  readonly dims: readonly number[];
}

/** An output by its name. @throws GroundnoteError broken-pack where it is missing or has other dimensions */
export function floatsOf(pack: Pack, outputs: unknown, name: string, dimensions: number): Floats {
  const tensor = (outputs as Record<string, Tensor | undefined>)[name];
  if (!tensor) throw brokenPack(pack.manifest.id, `its graph has no output "${name}"`);
  const { data, dims } = tensor.type === 'float32' ? tensor : tensor.to('float32');
  if (dims.length !== dimensions || !(data instanceof Float32Array))
    throw brokenPack(
      pack.manifest.id,
      `its graph gives "${name}" in ${dims.length} dimensions instead of ${dimensions}`,
    );
  return { data, dims };
}

export const sigmoid = (logit: number) => 1 / (1 + Math.exp(-logit));
