/** Names of files and regions that exports and imports give. */
import { createHash } from 'node:crypto';
import path from 'node:path/posix';

/** `a/photo.png` → `a/photo`. */
export const withoutExtension = (file: string) => file.slice(0, file.length - path.extname(file).length);

/** Gives each picture a file of its own in a folder, even where two pictures differ by their extension only. */
export class OutputNames {
  private readonly taken = new Set<string>();

  constructor(
    private readonly folder: string,
    private readonly extension: string,
  ) {}

  /** `photo.png` → `folder/photo.xml`; `photo.jpg` after it → `folder/photo.jpg.xml`. */
  of(picturePath: string): string {
    const short = path.join(this.folder, withoutExtension(picturePath) + this.extension);
    const name = this.taken.has(short.toLowerCase())
      ? path.join(this.folder, picturePath + this.extension)
      : short;
    this.taken.add(name.toLowerCase());
    return name;
  }
}

/** A short hash of a value. */
export const shortHash = (value: unknown) =>
  createHash('sha1').update(JSON.stringify(value)).digest('hex').slice(0, 12);

/** Ids of imported regions that are the same each time, made from what the regions are. */
export class RegionIds {
  private readonly taken = new Set<string>();

  constructor(private readonly prefix: string) {}

  of(content: unknown): string {
    const base = `${this.prefix}-${shortHash(content)}`;
    let id = base;
    for (let n = 2; this.taken.has(id); n++) id = `${base}-${n}`;
    this.taken.add(id);
    return id;
  }
}
