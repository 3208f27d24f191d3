/** What is opened once for each pack and process. */
import type { Pack } from '../packs/registry';
import type { RuntimeServices } from './services';

/** What was opened stays; one that could not be opened is tried again the next time. */
export function oncePerPack<T>(
  open: (services: RuntimeServices, pack: Pack) => Promise<T>,
): (services: RuntimeServices, pack: Pack) => Promise<T> {
  const known = new WeakMap<RuntimeServices, Map<string, Promise<T>>>();
  return (services, pack) => {
    const ofServices = known.get(services) ?? new Map<string, Promise<T>>();
    known.set(services, ofServices);
    const key = `${pack.folder}\n${pack.manifest.version}`;
    let opened = ofServices.get(key);
    if (!opened) {
      opened = open(services, pack);
      ofServices.set(key, opened);
      opened.catch(() => ofServices.delete(key));
    }
    return opened;
  };
}
