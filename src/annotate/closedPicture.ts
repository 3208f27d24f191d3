/** The sidecar of a picture that no panel shows is edited on the disk, as saving in the panel does it. Without VS Code. */
import { stat } from 'node:fs/promises';
import path from 'node:path';
import type { Annotation, Edit } from '../protocol/annotator';
import { GroundnoteError } from '../protocol/errors';
import type { Size } from '../protocol/geometry';
import { AnnotationSession } from './session';
import { sidecarName } from './sidecar';
import { DiskFile } from './textFile';

const noDraft = {
  read: () => Promise.resolve(undefined),
  write: () => 0,
  remove: () => Promise.resolve(),
};

/** The files beside a picture on the disk. */
export function filesBeside(picture: string) {
  const folder = path.dirname(picture);
  const imageName = path.basename(picture);
  return {
    imageName,
    sidecar: new DiskFile(path.join(folder, sidecarName(imageName))),
    beside: (name: string) =>
      stat(path.join(folder, name)).then(
        () => true,
        () => false,
      ),
  };
}

/** @throws GroundnoteError bad-sidecar */
export function refuse(problem: string | undefined): void {
  if (problem !== undefined) throw new GroundnoteError('bad-sidecar', problem);
}

/** A picture on the disk, with its annotations. @throws GroundnoteError bad-sidecar (broken, foreign, of another picture), io */
async function openClosed(picture: string, size: Size): Promise<AnnotationSession> {
  const { imageName, sidecar, beside } = filesBeside(picture);
  const session = await AnnotationSession.open({
    imageName,
    sidecar,
    draft: noDraft,
    imageSize: () => Promise.resolve(size),
    exists: beside,
    onChange: () => undefined,
  });
  await session.checkPicture();
  refuse(session.problem);
  return session;
}

/** The saved annotations of a picture on the disk. @throws GroundnoteError bad-sidecar, io */
export const annotationsOnDisk = async (picture: string, size: Size): Promise<readonly Annotation[]> =>
  (await openClosed(picture, size)).annotations;

/**
 * Applies an edit and writes the sidecar; an edit that changes nothing makes no file.
 * @param makeEdit from the annotations as they are on the disk
 * @returns the edit, or undefined when another program changed the sidecar meanwhile (nothing was written)
 * @throws GroundnoteError bad-sidecar, io
 */
export async function editOnDisk(
  picture: string,
  size: Size,
  makeEdit: (annotations: readonly Annotation[]) => Edit,
): Promise<Edit | undefined> {
  const session = await openClosed(picture, size);
  const edit = makeEdit(session.annotations);
  if (!session.apply(edit)) return edit;
  return (await session.save(() => Promise.resolve('cancel'))) ? edit : undefined;
}
