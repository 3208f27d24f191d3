/** The view type of the side panel in package.json. */
export const annotatorViewType = 'groundnote.annotator';
