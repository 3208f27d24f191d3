/** Exports and imports are the host's affair; a region as a picture goes to the clipboard from here. */
import { cutOutRegion, exportRequested, importRequested, saveCutout } from '../../../src/protocol/exchange';
import { isCancelled, toWireError } from '../../../src/protocol/errors';
import type { PanelStore } from '../store';

/** Registers the actions, until the returned function is called. */
export function listenForExchange(store: PanelStore): () => void {
  return store.actions.on({
    export: () => store.host.send(exportRequested, { regionIds: [...store.state.selected] }),
    import: () => store.host.send(importRequested, {}),
    copyCutout: () => void copyCutout(store),
  });
}

/** Puts the selected region as a picture on the clipboard, or into a file where the browser does not let it there. */
async function copyCutout(store: PanelStore): Promise<void> {
  const say = (level: 'info' | 'warning', message: string) =>
    store.set({ notice: { level, message }, status: message });
  const region = store.active;
  if (!region) return say('info', 'Select a region first: it is copied as a picture.');
  const name = region.label ?? 'The region';
  try {
    // The browser waits for the pixels, so that it still knows the key that asked for them.
    let failure: unknown;
    const png = store.host
      .request(cutOutRegion, { regionId: region.id })
      .then(({ png }) => new Blob([new Uint8Array(png)], { type: 'image/png' }));
    png.catch((error: unknown) => (failure = error));
    try {
      await navigator.clipboard.write([new ClipboardItem({ 'image/png': png })]);
      return say('info', `${name} was copied as a picture, with nothing around it.`);
    } catch {
      if (failure !== undefined) throw failure;
    }
    // Refused, perhaps before the pixels were there: they are what says whether there is anything to save.
    await png;
    const { saved } = await store.host.request(saveCutout, { regionId: region.id });
    if (saved !== undefined)
      say('warning', `The browser lets no picture onto the clipboard, so ${name} was saved as ${saved}.`);
  } catch (error) {
    if (!isCancelled(error)) store.set({ notice: { level: 'error', message: toWireError(error).message } });
  }
}
