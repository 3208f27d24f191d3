import { themes, type ThemeName } from './themes';

/** What VS Code puts into a webview before its own scripts: the API, the theme's variables and class. @param more of a test's own */
export function webviewScript(theme: ThemeName, more = ''): string {
  const { variables, bodyClass } = themes[theme];
  return `
    let state;
    window.acquireVsCodeApi = () => ({
      postMessage: (message) => window.toHost(message),
      getState: () => state ?? window.stateBefore,
      setState: (next) => { state = next; },
    });
    document.addEventListener('DOMContentLoaded', () => document.body.classList.add(${JSON.stringify(bodyClass)}));
    ${more}
    new MutationObserver((_, observer) => {
      if (!document.documentElement) return;
      observer.disconnect();
      for (const [name, value] of Object.entries(${JSON.stringify(variables)}))
        document.documentElement.style.setProperty('--vscode-' + name, value);
    }).observe(document, { childList: true });
  `;
}
