/** arXiv and Crossref, played by a server on the loopback in their own formats. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

export interface PlayedPaper {
  id: string;
  title: string;
  authors: string[];
  summary: string;
  published: string;
  comment?: string;
  journal?: string;
  doi?: string;
}

export const played: Record<string, PlayedPaper> = {
  '2308.00692': {
    id: '2308.00692v3',
    title: 'LISA: Reasoning Segmentation via\n  Large Language Model',
    authors: ['Xin Lai', 'Zhuotao Tian', 'Yukang Chen', 'Yanwei Li', 'Yuhui Yuan', 'Shu Liu', 'Jiaya Jia'],
    summary: 'We propose a new segmentation task & a model -- reasoning segmentation with $x < y$.',
    published: '2023-08-01T17:50:17Z',
    comment: 'CVPR 2024 (oral). Code is available.',
  },
  'cs/0112017': {
    id: 'cs/0112017v1',
    title: 'An old paper',
    authors: ['Ann Author'],
    summary: 'Old.',
    published: '2001-12-17T00:00:00Z',
    journal: 'J. Old 3 (2001) 1-9',
    doi: '10.1000/old.1',
  },
};

const escape = (text: string) => text.replace(/&/g, '&amp;').replace(/</g, '&lt;').replace(/"/g, '&quot;');

/** A feed as export.arxiv.org sends it. */
export function feed(papers: PlayedPaper[]): string {
  const entries = papers.map(
    ({ id, title, authors, summary, published, comment, journal, doi }) => `  <entry>
    <id>http://arxiv.org/abs/${id}</id>
    <updated>${published}</updated>
    <published>${published}</published>
    <title>${escape(title)}</title>
    <summary>  ${escape(summary)}
</summary>
${authors.map((name) => `    <author>\n      <name>${escape(name)}</name>\n    </author>`).join('\n')}
${comment ? `    <arxiv:comment xmlns:arxiv="http://arxiv.org/schemas/atom">${escape(comment)}</arxiv:comment>` : ''}
${journal ? `    <arxiv:journal_ref xmlns:arxiv="http://arxiv.org/schemas/atom">${escape(journal)}</arxiv:journal_ref>` : ''}
${doi ? `    <arxiv:doi xmlns:arxiv="http://arxiv.org/schemas/atom">${escape(doi)}</arxiv:doi>` : ''}
    <link href="http://arxiv.org/abs/${id}" rel="alternate" type="text/html"/>
    <category term="cs.CV" scheme="http://arxiv.org/schemas/atom"/>
  </entry>`,
  );
  return `<?xml version="1.0" encoding="UTF-8"?>
<feed xmlns="http://www.w3.org/2005/Atom">
  <link href="http://arxiv.org/api/query?id_list=x" rel="self" type="application/atom+xml"/>
  <title type="html">ArXiv Query: id_list=x</title>
  <id>http://arxiv.org/api/x</id>
  <opensearch:totalResults xmlns:opensearch="http://a9.com/-/spec/opensearch/1.1/">${papers.length}</opensearch:totalResults>
${entries.join('\n')}
</feed>`;
}

type Reply = (request: IncomingMessage, response: ServerResponse) => void;

export class PaperServer {
  /** The addresses that were asked for, oldest first. */
  readonly asked: string[] = [];
  /** Answers for the next requests, instead of the usual one. */
  readonly next: Reply[] = [];

  private constructor(private readonly server: Server) {}

  static async start(): Promise<PaperServer> {
    const server = createServer((request, response) => {
      all.asked.push(request.url ?? '');
      const reply = all.next.shift() ?? usual;
      reply(request, response);
    });
    const all = new PaperServer(server);
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    return all;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.server.address() as AddressInfo).port}`;
  }
  get arxivApi(): string {
    return `${this.origin}/api/query`;
  }
  get crossrefApi(): string {
    return `${this.origin}/works/`;
  }

  async stop(): Promise<void> {
    this.server.closeAllConnections();
    await new Promise((resolve) => this.server.close(resolve));
  }
}

const usual: Reply = (request, response) => {
  const url = new URL(request.url ?? '', 'http://x');
  if (url.pathname.startsWith('/works/')) {
    const doi = decodeURIComponent(url.pathname.slice('/works/'.length));
    if (doi.includes('unknown')) {
      response.writeHead(404, { 'content-type': 'text/plain' }).end('Resource not found.');
      return;
    }
    const message = {
      DOI: doi,
      title: ['Deep <i>Residual</i> Learning &amp; more'],
      author: [{ given: 'Kaiming', family: 'He', sequence: 'first' }, { name: 'A Group' }],
      issued: { 'date-parts': [[2016, 6]] },
      'container-title': ['2016 IEEE Conference (CVPR)'],
      abstract: '<jats:title>Abstract</jats:title><jats:p>Deeper networks.</jats:p>',
    };
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify({ status: 'ok', 'message-type': 'work', message }));
    return;
  }
  const id = url.searchParams.get('id_list');
  const words = url.searchParams.get('search_query') ?? '';
  const found = Object.entries(played).filter(([name, { title }]) =>
    id ? name === id : /reasoning/i.test(words) && /reasoning/i.test(title),
  );
  response.writeHead(200, { 'content-type': 'application/atom+xml; charset=utf-8' });
  response.end(feed(found.map(([, paper]) => paper)));
};
