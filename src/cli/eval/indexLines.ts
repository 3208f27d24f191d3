/** Indexes of test objects: JSON lines, each parsed by a schema. */
import { readFile } from 'node:fs/promises';
import * as z from 'zod';
import { GroundnoteError } from '../../protocol/errors';

/** Lines of an index; empty ones are left out. @throws GroundnoteError not-found, and io naming the line */
export async function readIndex<Row>(file: string, schema: z.ZodType<Row>): Promise<Row[]> {
  let text: string;
  try {
    text = await readFile(file, 'utf8');
  } catch (error) {
    throw new GroundnoteError('not-found', `The index "${file}" cannot be read.`, { cause: error });
  }
  return text.split('\n').flatMap((line, i) => {
    if (line.trim() === '') return [];
    try {
      return [schema.parse(JSON.parse(line))];
    } catch (error) {
      const why = error instanceof z.ZodError ? z.prettifyError(error) : 'it is no JSON';
      throw new GroundnoteError('io', `Line ${i + 1} of "${file}" cannot be used: ${why}.`);
    }
  });
}
