import { Providers } from '../engines/onnx/providers';
import { openSession, type OnnxSession } from '../engines/onnx/session';
import type { SessionStore } from './services';

/** Opens each graph once. One that could not be opened is tried again the next time. */
export function createSessionStore(threads: number, providers = new Providers(() => {})): SessionStore {
  const sessions = new Map<string, Promise<OnnxSession>>();
  return {
    open(pack, file, contract) {
      const { id, version } = pack.manifest;
      const key = [pack.folder, id, version, file].join('\n');
      let session = sessions.get(key);
      if (!session) {
        session = openSession(pack, file, contract, { threads, providers });
        sessions.set(key, session);
        session.catch(() => sessions.delete(key));
      }
      return session;
    },
  };
}
