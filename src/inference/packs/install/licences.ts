/** The licences that the user has accepted, by pack: a file beside the packs. A pack whose licence changes is asked about again. */
import { mkdir, readFile } from 'node:fs/promises';
import path from 'node:path';
import writeFileAtomic from 'write-file-atomic';
import * as z from 'zod';
import { diskError } from './files';

const fileName = '.licences.json';
const schema = z.object({ accepted: z.record(z.string(), z.string()) });

export interface Licences {
  isAccepted(id: string, license: string): Promise<boolean>;
  accept(id: string, license: string): Promise<void>;
}

export function createLicences(folder: string): Licences {
  const file = path.join(folder, fileName);
  const read = async (): Promise<Record<string, string>> => {
    try {
      return schema.parse(JSON.parse(await readFile(file, 'utf8'))).accepted;
    } catch {
      // Nothing was accepted, or nobody can tell: then it is asked again.
      return {};
    }
  };
  return {
    isAccepted: async (id, license) => (await read())[id] === license,
    async accept(id, license) {
      const accepted = await read();
      if (accepted[id] === license) return;
      try {
        await mkdir(folder, { recursive: true });
        await writeFileAtomic(
          file,
          `${JSON.stringify({ accepted: { ...accepted, [id]: license } }, undefined, 2)}\n`,
        );
      } catch (error) {
        throw diskError(error, folder);
      }
    },
  };
}
