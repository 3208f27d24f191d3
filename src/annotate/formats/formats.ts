/** The formats that annotations are exported to and imported from: the one list. */
import { exportCoco, importCoco } from './coco';
import { exportCsv, importCsv } from './csv';
import type { Exporter, Importer } from './format';
import type { ExportFormatId, ImportFormatId } from './formatList';
import { exportMasks, importMasks } from './mask';
import { exportOverlays, exportSvgs } from './overlay';
import { exportVoc, importVoc } from './voc';
import { exportYolo, importYolo } from './yolo';

export const exporters: Readonly<Record<ExportFormatId, Exporter>> = {
  coco: exportCoco,
  voc: exportVoc,
  yolo: exportYolo,
  mask: exportMasks,
  overlay: exportOverlays,
  svg: exportSvgs,
  csv: exportCsv,
};

export const importers: Readonly<Record<ImportFormatId, Importer>> = {
  coco: importCoco,
  voc: importVoc,
  yolo: importYolo,
  mask: importMasks,
  csv: importCsv,
};
