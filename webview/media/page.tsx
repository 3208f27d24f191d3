/** The page of a viewer: it asks for what is to be drawn, shows why there is nothing, and holds the viewer over the questions. */
import { render, type ComponentType } from 'preact';
import { useEffect, useState } from 'preact/hooks';
import { toWireError } from '../../src/protocol/errors';
import type { MediaView, ShownModality } from '../../src/protocol/media';
import { mediaChanged, openMedia } from '../../src/protocol/mediaPanel';
import { AskBox } from './askBox';
import { Button } from './controls';
import { LinkContext } from './hooks';
import { PageLink } from './link';
import '../ui/page.css';
import './media.css';

type ViewOf<M extends ShownModality> = Extract<MediaView, { modality: M }>;

/** @param subject what the file is, in the middle of a sentence */
export function startPage<M extends ShownModality>(
  modality: M,
  subject: string,
  Viewer: ComponentType<{ view: ViewOf<M> }>,
): void {
  const link = new PageLink(document.body.dataset['document'] ?? '');
  const isOurs = (view: MediaView): view is ViewOf<M> => view.modality === modality;

  function Page() {
    const [view, setView] = useState<ViewOf<M>>();
    const [problem, setProblem] = useState<string>();
    // Grows when the file is read anew.
    const [version, setVersion] = useState(0);
    useEffect(() => link.endpoint.on(mediaChanged, () => setVersion((before) => before + 1)), []);
    useEffect(() => {
      const stop = new AbortController();
      link.endpoint.request(openMedia, {}, { signal: stop.signal }).then(
        (read) => {
          if (!isOurs(read)) return;
          setProblem(undefined);
          setView(read);
        },
        (error: unknown) => {
          if (!stop.signal.aborted) setProblem(toWireError(error).message);
        },
      );
      return () => stop.abort();
    }, [version]);
    useEffect(() => {
      document.body.dataset['ready'] = String(view !== undefined || problem !== undefined);
    });
    if (problem !== undefined)
      return (
        <main class="problem">
          <p role="alert">{problem}</p>
          <Button label="Try Again" onClick={() => setVersion(version + 1)} />
        </main>
      );
    if (!view) return <main class="loading" role="status" aria-label={`Opening the ${subject}`} />;
    return (
      <main class="page">
        <h1 class="heading">
          {view.name} <span class="format">{view.format}</span>
        </h1>
        <Viewer key={version} view={view} />
        <AskBox subject={subject} />
      </main>
    );
  }
  render(
    <LinkContext.Provider value={link}>
      <Page />
    </LinkContext.Provider>,
    document.body,
  );
}
