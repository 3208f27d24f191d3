/** Puts regions into a picture's annotations: the open panel's, as one undo step, or the sidecar on the disk. */
import { annotationsOnDisk, editOnDisk, refuse } from '../../annotate/closedPicture';
import type { AnnotatorApi } from '../../annotate/annotator';
import { sidecarName } from '../../annotate/sidecar';
import type { Annotation } from '../../protocol/annotator';
import { GroundnoteError, isCancelled, toWireError } from '../../protocol/errors';
import type { Size } from '../../protocol/geometry';
import type { AgentPicture } from './agentPicture';
import type { Saved } from './toolAnswer';

export type OpenPictures = Pick<AnnotatorApi, 'documentOf' | 'hasDraft'>;

/** Another program may write a sidecar at the same time; then it is read again. */
const attempts = 3;

/** @param make the new annotations, from those that are there. A failure is an answer: the regions are worth telling without it. */
export async function saveRegions(
  open: OpenPictures,
  picture: AgentPicture,
  size: Size,
  title: string,
  make: (existing: readonly Annotation[]) => Annotation[],
): Promise<Saved> {
  const file = sidecarName(picture.name);
  const idsOf = (put: readonly Annotation[]) => put.map(({ id }) => id);
  const editFor = (existing: readonly Annotation[]) => ({ title, put: make(existing), remove: [] });
  try {
    for (let attempt = 1; attempt <= attempts; attempt++) {
      const document = open.documentOf(picture.uri);
      if (document) {
        refuse(document.session.problem);
        const edit = editFor(document.session.annotations);
        document.apply(edit);
        const state = 'in the open side panel, not saved yet; the user can undo it';
        return { file, ids: idsOf(edit.put), state };
      }
      await refuseClosed(open, picture);
      const edit = await editOnDisk(picture.uri.fsPath, size, editFor);
      if (edit) return { file, ids: idsOf(edit.put), state: 'saved' };
    }
    throw new GroundnoteError('io', `Another program keeps changing ${file}; it was not touched.`);
  } catch (error) {
    if (isCancelled(error)) throw error;
    return { problem: `Nothing was saved: ${toWireError(error).message}` };
  }
}

/** The annotations of a picture, unsaved ones of an open panel too. @throws GroundnoteError bad-sidecar, unsupported, io */
export async function annotationsOf(
  open: OpenPictures,
  picture: AgentPicture,
  size: Size,
): Promise<readonly Annotation[]> {
  const document = open.documentOf(picture.uri);
  if (document) return document.session.annotations;
  await refuseClosed(open, picture);
  return annotationsOnDisk(picture.uri.fsPath, size);
}

async function refuseClosed(open: OpenPictures, { uri, name }: AgentPicture): Promise<void> {
  if (uri.scheme !== 'file')
    throw new GroundnoteError(
      'unsupported',
      `${name} is not on this machine's disk: its annotations are reached only while it is open in Groundnote's side panel.`,
    );
  if (await open.hasDraft(uri))
    throw new GroundnoteError(
      'bad-sidecar',
      `${name} has unsaved regions from before: the user must open it in Groundnote's side panel and save them or give them up.`,
    );
}
