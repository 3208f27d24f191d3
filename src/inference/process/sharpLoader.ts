/** sharp, loaded on first use: it is native, and what only lists packs or reads help should not pay for it. */
import type Sharp from 'sharp';

let loading: Promise<typeof Sharp> | undefined;

/** sharp without its own cache (decoded pictures are kept by PictureStore). */
export function loadSharp(): Promise<typeof Sharp> {
  loading ??= import('sharp').then((module) => {
    module.default.cache(false);
    return module.default;
  });
  return loading;
}
