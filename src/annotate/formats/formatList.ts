/** Names of the formats, for the command line, quick picks and docs: without the code of any. */
export const exportFormatIds = ['coco', 'voc', 'yolo', 'mask', 'overlay', 'svg', 'csv'] as const;
export type ExportFormatId = (typeof exportFormatIds)[number];
export const importFormatIds = ['coco', 'voc', 'yolo', 'mask', 'csv'] as const;
export type ImportFormatId = (typeof importFormatIds)[number];

/** How regions become each format. */
export interface ExportOptions {
  /** COCO: how masks are written. */
  masks: 'rle' | 'uncompressed' | 'polygons';
  /** YOLO: what a line holds. */
  shapes: 'boxes' | 'segments';
  /** Mask PNG: what the value of a pixel says. */
  values: 'class' | 'instance';
  /** SVG: whether the picture is in the file, or only named. */
  picture: 'embed' | 'link';
}

export const defaultExportOptions: ExportOptions = {
  masks: 'rle',
  shapes: 'segments',
  values: 'class',
  picture: 'embed',
};

export interface FormatInfo {
  title: string;
  /** What it holds, in a few words. */
  holds: string;
  /** Files that an import takes; a folder always does. */
  extensions: readonly string[];
}

export const formatInfos: Readonly<Record<ExportFormatId, FormatInfo>> = {
  coco: { title: 'COCO', holds: 'boxes, polygons and exact masks, one JSON file', extensions: ['json'] },
  voc: { title: 'Pascal VOC', holds: 'boxes, one XML file for each image', extensions: ['xml'] },
  yolo: {
    title: 'YOLO',
    holds: 'boxes or outlines, one text file for each image',
    extensions: ['txt', 'yaml', 'yml'],
  },
  mask: { title: 'Mask PNG', holds: 'pixels numbered by class or by region', extensions: ['png'] },
  overlay: { title: 'Overlay PNG', holds: 'the picture with its regions drawn in', extensions: [] },
  svg: { title: 'SVG', holds: 'the picture with its regions as shapes over it', extensions: [] },
  csv: { title: 'CSV', holds: 'one line for each region, with its whole geometry', extensions: ['csv'] },
};

/** A choice within a format. */
export interface FormatVariant {
  title: string;
  detail: string;
  options: Partial<ExportOptions>;
}

export const formatVariants: Readonly<Partial<Record<ExportFormatId, readonly FormatVariant[]>>> = {
  coco: [
    { title: 'Exact masks', detail: 'Run lengths as pycocotools writes them', options: { masks: 'rle' } },
    {
      title: 'Masks as outlines',
      detail: 'Polygons, for tools that read no run lengths',
      options: { masks: 'polygons' },
    },
    { title: 'Masks as plain run lengths', detail: 'Lists of numbers', options: { masks: 'uncompressed' } },
  ],
  yolo: [
    { title: 'Outlines', detail: 'For segmentation', options: { shapes: 'segments' } },
    { title: 'Boxes', detail: 'For detection', options: { shapes: 'boxes' } },
  ],
  mask: [
    { title: 'By class', detail: 'Equal labels have equal values', options: { values: 'class' } },
    { title: 'By region', detail: 'Each region has a value of its own', options: { values: 'instance' } },
  ],
  svg: [
    { title: 'Picture inside', detail: 'One file that can be sent', options: { picture: 'embed' } },
    { title: 'Picture linked', detail: 'A small file that needs the picture', options: { picture: 'link' } },
  ],
};

/** The folders of an export whose files are of one picture each, and replace those of the same name. */
export function outputFolders(format: ExportFormatId, { values }: Pick<ExportOptions, 'values'>): string[] {
  switch (format) {
    case 'voc':
      return ['Annotations'];
    case 'yolo':
      return ['labels'];
    case 'mask':
      return [values === 'class' ? 'SegmentationClass' : 'SegmentationObject'];
    case 'overlay':
    case 'svg':
      return ['overlays'];
    case 'coco':
    case 'csv':
      return [];
  }
}
