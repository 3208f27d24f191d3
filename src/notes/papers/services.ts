/** Who can be asked about a paper. */
import type { PaperReference } from './reference';

export type LookupService = 'arXiv' | 'Crossref';

/** Undefined for papers that nobody answers for. */
export function serviceFor({ kind }: PaperReference): LookupService | undefined {
  if (kind === 'arxiv') return 'arXiv';
  return kind === 'doi' || kind === 'acl' ? 'Crossref' : undefined;
}
