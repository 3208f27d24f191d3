/** Macros of formulas, from the setting `groundnote.preview.macros` and from a note's front matter. */
import type { Macros } from './equations';

const none: Macros = {};
/** More than this is no list of macros that a person wrote. */
const maxMacros = 1000;
const maxLength = 5000;

/**
 * Reads macros: an object of names (`\RR` or `RR`) and TeX, or MathJax's pair of TeX and a number of arguments. What is
 * none of these is left out. In TeX `#1` to `#9` stand for arguments.
 */
export function readMacros(value: unknown): Macros {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return none;
  const macros: Record<string, string> = {};
  for (const [key, entry] of Object.entries(value).slice(0, maxMacros)) {
    const name = key.startsWith('\\') ? key : `\\${key}`;
    const tex: unknown = Array.isArray(entry) ? entry[0] : entry;
    if (!/^\\(?:[A-Za-z@]+|[^A-Za-z@\s\\])$/.test(name)) continue;
    if (typeof tex === 'string' ? tex.length <= maxLength : typeof tex === 'number')
      macros[name] = String(tex);
  }
  return macros;
}

/**
 * The macros of a note: those of the front matter go before those of the setting.
 * @param frontMatter of the note; its `macros` count
 * @param setting the value of `groundnote.preview.macros`
 * @returns the same object for the same content: what was rendered with it is found again
 */
export function noteMacros(
  frontMatter: { values: Readonly<Record<string, unknown>> } | undefined,
  setting: unknown = undefined,
): Macros {
  const macros = { ...readMacros(setting), ...readMacros(frontMatter?.values['macros']) };
  if (Object.keys(macros).length === 0) return none;
  const key = JSON.stringify(macros);
  if (last?.key !== key) last = { key, macros };
  return last.macros;
}

let last: { key: string; macros: Macros } | undefined;
