/** What a note may name a paper by: an arXiv id, a DOI, an address at OpenReview or the ACL Anthology, a PDF. */

export type ReferenceKind = 'arxiv' | 'doi' | 'openreview' | 'acl' | 'pdf';

export interface PaperReference {
  kind: ReferenceKind;
  /** The id at its place, as a person would write it: `2312.03700`, `10.1145/3292500.3330701`, an address for a PDF. */
  id: string;
  /** One text for one paper: what differs in case, version or form of the address has the same. */
  key: string;
  /** The paper's page; for a PDF the address as the note writes it. */
  url: string;
}

const arxivId = /^(?:(\d{4}\.\d{4,5})|([a-z][a-z-]*(?:\.[a-z]{2})?\/\d{7}))(v\d+)?$/i;
const doiPattern = /^10\.\d{4,9}\/[^\s"<>]+$/;
/** Sites that show papers of arXiv under their arXiv ids. */
const arxivHosts =
  /^(?:(?:www\.|export\.|cn\.|[a-z]{2}\.)?arxiv\.org|ar5iv(?:\.labs\.arxiv)?\.org|(?:www\.)?alphaxiv\.org|xxx\.lanl\.gov)$/;

const page: Record<ReferenceKind, (id: string) => string> = {
  arxiv: (id) => `https://arxiv.org/abs/${id}`,
  doi: (id) => `https://doi.org/${encodeURI(id).replace(/[?#]/g, encodeURIComponent)}`,
  openreview: (id) => `https://openreview.net/forum?id=${encodeURIComponent(id)}`,
  acl: (id) => `https://aclanthology.org/${encodeURIComponent(id)}/`,
  pdf: (id) => id,
};

const make = (kind: ReferenceKind, id: string): PaperReference => ({
  kind,
  id,
  // Ids at OpenReview and addresses tell upper from lower case; the others do not.
  key: `${kind}:${kind === 'openreview' || kind === 'pdf' ? id : id.toLowerCase()}`,
  url: page[kind](id),
});

/** An arXiv id without its version, new (`2312.03700v2`) or old (`cs/0112017`, `math.GT/0309136`). */
export function arxivReference(id: string): PaperReference | undefined {
  const [, modern, old] = arxivId.exec(id.trim()) ?? [];
  if (modern) return make('arxiv', modern);
  return old ? make('arxiv', old) : undefined;
}

/** A DOI; those that arXiv gives are papers of arXiv. */
export function doiReference(text: string): PaperReference | undefined {
  // What closes a sentence or a bracket around a DOI is not part of it.
  let doi = text.trim().replace(/[.,;:!?'"，。；、）]+$/, '');
  if (doi.endsWith(')') && !doi.includes('(')) doi = doi.slice(0, -1);
  if (!doiPattern.test(doi)) return undefined;
  const arxiv = /^10\.48550\/arxiv\.(.+)$/i.exec(doi)?.[1];
  return (arxiv ? arxivReference(arxiv) : undefined) ?? make('doi', doi);
}

/** The paper that an address leads to, or that a text such as `arXiv:2312.03700` or `doi:10.1/x` names. */
export function paperReference(text: string): PaperReference | undefined {
  const trimmed = text.trim();
  const named = /^(arxiv|doi)\s*:\s*(.+)$/i.exec(trimmed);
  if (named?.[1] && named[2]) {
    return named[1].toLowerCase() === 'doi' ? doiReference(named[2]) : arxivReference(named[2]);
  }
  if (!/^[a-z][a-z0-9+.-]*:/i.test(trimmed)) {
    if (/^(?:www\.)?(?:arxiv\.org|doi\.org|openreview\.net|aclanthology\.org)\//i.test(trimmed))
      return paperReference(`https://${trimmed}`);
    return (
      arxivReference(trimmed) ?? doiReference(trimmed) ?? (isPdf(trimmed) ? make('pdf', trimmed) : undefined)
    );
  }
  let url: URL;
  try {
    url = new URL(trimmed);
  } catch {
    return undefined;
  }
  if (!/^(?:https?|file):$/.test(url.protocol)) return undefined;
  return fromUrl(url, trimmed);
}

const isPdf = (address: string) => /\.pdf$/i.test(address.replace(/[?#].*$/s, ''));

function fromUrl(url: URL, address: string): PaperReference | undefined {
  const host = url.hostname.toLowerCase();
  let path: string;
  try {
    path = decodeURIComponent(url.pathname);
  } catch {
    path = url.pathname;
  }
  const id = (pattern: RegExp) => pattern.exec(path)?.[1];
  let found: PaperReference | undefined;
  if (arxivHosts.test(host)) {
    found = arxivReference(id(/^\/(?:abs|pdf|html|format|ps|src|overview)\/(.+?)(?:\.pdf)?\/?$/) ?? '');
  } else if (/^(?:www\.)?huggingface\.co$|^hf\.co$/.test(host)) {
    found = arxivReference(id(/^\/papers\/([^/]+)\/?$/) ?? '');
  } else if (/^(?:(?:dx|www)\.)?doi\.org$/.test(host)) {
    found = doiReference(path.slice(1));
  } else if (/^(?:www\.)?openreview\.net$/.test(host)) {
    const forum =
      /^\/(?:forum|pdf|attachment|notes\/edits\/attachment)\/?$/.test(path) && url.searchParams.get('id');
    if (forum) found = make('openreview', forum);
  } else if (/^(?:www\.)?aclanthology\.(?:org|info)$/.test(host)) {
    const name = id(
      /^\/(?:papers\/(?:\w\/\w+\/)?)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)(?:v\d+)?(?:\.pdf|\.bib)?\/?$/i,
    );
    if (name) found = make('acl', name);
  } else if (/^(?:www\.)?aclweb\.org$/.test(host)) {
    const name = id(
      /^\/anthology\/(?:papers\/\w\/\w+\/)?([A-Z]\d\d-\d{4}|\d{4}\.[\w-]+\.\d+)(?:\.pdf)?\/?$/i,
    );
    if (name) found = make('acl', name);
  } else {
    // Publishers' pages carry the DOI in their address.
    const doi =
      /^\/(?:doi(?:\/(?:abs|full|pdf|epdf|pdfdirect))?|chapter|article)\/(10\.\d{4,9}\/[^?#]+)$/.exec(
        path,
      )?.[1];
    if (doi) found = doiReference(doi.replace(/\.pdf$/i, ''));
  }
  return found ?? (isPdf(address) ? make('pdf', address) : undefined);
}

/** How a reference is written in a line of text: `arXiv:2312.03700`, `doi:10.1145/…`. */
export function referenceText({ kind, id }: PaperReference): string {
  const names: Record<ReferenceKind, string> = {
    arxiv: `arXiv:${id}`,
    doi: `doi:${id}`,
    openreview: `OpenReview ${id}`,
    acl: `ACL Anthology ${id}`,
    pdf: id,
  };
  return names[kind];
}
