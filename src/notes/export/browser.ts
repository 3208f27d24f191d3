/** An installed browser of the Chromium family, which writes PDF files. */
import { accessSync, constants, existsSync, statSync } from 'node:fs';
import path from 'node:path';

const names: Partial<Record<NodeJS.Platform, string[]>> = {
  linux: [
    ...['google-chrome-stable', 'google-chrome', 'chromium', 'chromium-browser'],
    ...['microsoft-edge-stable', 'microsoft-edge', 'brave-browser'],
  ],
  darwin: [
    '/Applications/Google Chrome.app/Contents/MacOS/Google Chrome',
    '/Applications/Chromium.app/Contents/MacOS/Chromium',
    '/Applications/Microsoft Edge.app/Contents/MacOS/Microsoft Edge',
    '/Applications/Brave Browser.app/Contents/MacOS/Brave Browser',
  ],
  win32: [process.env['PROGRAMFILES'], process.env['PROGRAMFILES(X86)'], process.env['LOCALAPPDATA']]
    .filter((folder) => folder !== undefined)
    .flatMap((folder) => [
      path.join(folder, 'Google', 'Chrome', 'Application', 'chrome.exe'),
      path.join(folder, 'Chromium', 'Application', 'chrome.exe'),
      path.join(folder, 'Microsoft', 'Edge', 'Application', 'msedge.exe'),
    ]),
};

function isProgram(file: string): boolean {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

/** Programs by name on the PATH. */
const onPath = (name: string): string | undefined =>
  (process.env['PATH'] ?? '')
    .split(path.delimiter)
    .filter(Boolean)
    .map((folder) => path.join(folder, name))
    .find(isProgram);

/**
 * Finds a browser.
 * @param chosen path that the user gave; it is used or nothing is, and so is GROUNDNOTE_CHROMIUM of the environment
 * @returns its path; undefined where there is none
 */
export function findBrowser(chosen = ''): string | undefined {
  const wanted = chosen || process.env['GROUNDNOTE_CHROMIUM'];
  if (wanted) return existsSync(wanted) && isProgram(wanted) ? wanted : undefined;
  for (const name of names[process.platform] ?? []) {
    const found = path.isAbsolute(name) ? isProgram(name) && name : onPath(name);
    if (found) return found;
  }
  return undefined;
}

/** What to say where no browser was found. */
export const noBrowserMessage = (chosen = '') =>
  chosen
    ? `There is no browser at ${chosen} (setting groundnote.export.browser).`
    : 'A PDF is written by Chrome, Chromium or Edge, and none was found. Install one, or export HTML and print it from any browser.';
