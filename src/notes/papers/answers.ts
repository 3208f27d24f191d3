/** What arXiv and Crossref answer → details. What is no such answer gives a clear error. */
import { XMLParser } from 'fast-xml-parser';
import * as z from 'zod';
import { GroundnoteError } from '../../protocol/errors';
import type { PaperDetails } from './details';
import { arxivReference } from './reference';

const words = (text: string) => text.replace(/\s+/g, ' ').trim();

const wrong = (service: string, cause?: unknown) =>
  new GroundnoteError('io', `The answer of ${service} cannot be read: it is not what ${service} promises.`, {
    cause,
  });

/** An element's text; an element with attributes has it under a name of its own. */
const text = z
  .union([z.string(), z.object({ '#text': z.string().default('') }).transform((element) => element['#text'])])
  .transform(words);
const entrySchema = z.object({
  id: text,
  title: text,
  summary: text.default(''),
  published: text.default(''),
  author: z.array(z.object({ name: text })).default([]),
  'arxiv:journal_ref': text.default(''),
  'arxiv:comment': text.default(''),
  'arxiv:doi': text.default(''),
});
const feedSchema = z.object({
  feed: z.object({ '@_xmlns': z.string().includes('Atom'), entry: z.array(entrySchema).default([]) }),
});

const parser = new XMLParser({
  ignoreAttributes: false,
  parseTagValue: false,
  htmlEntities: true,
  isArray: (name) => name === 'entry' || name === 'author',
});

/** Conferences that authors name in the remark on arXiv, where no journal is given. */
const conference =
  /\b(?:CVPR|ICCV|ECCV|WACV|BMVC|NeurIPS|NIPS|ICML|ICLR|AAAI|IJCAI|ACL|EMNLP|NAACL|EACL|COLING|TACL|KDD|SIGIR|WWW|SIGGRAPH(?: Asia)?|ICRA|IROS|CoRL|RSS|INTERSPEECH|ICASSP|MICCAI|UAI|AISTATS|COLT|COLM|TMLR|JMLR)\b[^,;.()]{0,12}?(?:\d{4}|['’]\d\d)\b/i;

/** The papers of arXiv's Atom feed. @throws GroundnoteError 'io', or 'invalid-params' with what arXiv says */
export function parseArxiv(xml: string): PaperDetails[] {
  const service = 'arXiv';
  // A feed has no document type; one is where entities come from that blow up.
  if (/<!(?:doctype|entity)/i.test(xml)) throw wrong(service);
  let feed: z.infer<typeof feedSchema>;
  try {
    feed = feedSchema.parse(parser.parse(xml));
  } catch (error) {
    throw wrong(service, error);
  }
  return feed.feed.entry.map((entry) => {
    if (/\/api\/errors/.test(entry.id))
      throw new GroundnoteError('invalid-params', `arXiv says: ${entry.summary.slice(0, 200)}`);
    const arxiv = arxivReference(entry.id.replace(/^https?:\/\/[^/]+\/abs\//, ''));
    if (!arxiv || !entry.title) throw wrong(service);
    const year = Number(/^\d{4}/.exec(entry.published)?.[0]);
    return {
      title: entry.title,
      authors: entry.author.map(({ name }) => name).filter(Boolean),
      ...(year && { year }),
      venue: entry['arxiv:journal_ref'] || (conference.exec(entry['arxiv:comment'])?.[0] ?? ''),
      abstract: entry.summary,
      url: arxiv.url,
      arxiv: arxiv.id,
      doi: entry['arxiv:doi'],
      source: service,
    };
  });
}

const crossrefSchema = z.object({
  status: z.literal('ok'),
  message: z.object({
    DOI: z.string(),
    title: z.array(z.string()).default([]),
    author: z
      .array(
        z.object({
          given: z.string().optional(),
          family: z.string().optional(),
          name: z.string().optional(),
        }),
      )
      .default([]),
    issued: z.object({ 'date-parts': z.array(z.array(z.number().nullable())) }).optional(),
    'container-title': z.array(z.string()).default([]),
    abstract: z.string().default(''),
  }),
});

/** Crossref writes titles and abstracts with tags (JATS) and entities. */
function withoutTags(markup: string): string {
  const names: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", nbsp: ' ' };
  return words(
    markup
      .replace(/<jats:title>[^<]*<\/jats:title>/gi, ' ')
      .replace(/<[^<>]{0,500}>/g, (tag) =>
        /^<\/?(?:jats:)?(?:p|sec|list|list-item|disp)/i.test(tag) ? ' ' : '',
      )
      .replace(/&(\w+);/g, (whole, name: string) => names[name.toLowerCase()] ?? whole),
  );
}

/** A work of Crossref. @throws GroundnoteError 'io' */
export function parseCrossref(json: string): PaperDetails {
  let message: z.infer<typeof crossrefSchema>['message'];
  try {
    message = crossrefSchema.parse(JSON.parse(json)).message;
  } catch (error) {
    throw wrong('Crossref', error);
  }
  const title = withoutTags(message.title[0] ?? '');
  if (!title) throw wrong('Crossref');
  const year = message.issued?.['date-parts'][0]?.[0];
  return {
    title,
    authors: message.author
      .map(({ given, family, name }) => words(name ?? [given, family].filter(Boolean).join(' ')))
      .filter(Boolean),
    ...(year && { year }),
    venue: withoutTags(message['container-title'][0] ?? ''),
    abstract: withoutTags(message.abstract),
    url: `https://doi.org/${message.DOI}`,
    arxiv: '',
    doi: message.DOI,
    source: 'Crossref',
  };
}
