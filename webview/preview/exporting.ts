/** What the page adds to an export of the note. */
import { drawnDiagrams } from '../../src/protocol/preview';
import { renderedDiagrams } from './diagrams';
import type { PreviewPage } from './previewPage';

export function useExport({ endpoint, main }: PreviewPage): void {
  endpoint.handle(drawnDiagrams, () => ({
    diagrams: renderedDiagrams(main).map(({ source, svg }) => ({ source, svg })),
  }));
}
