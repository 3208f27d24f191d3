/** The commands `export` and `import` and their options. */
import { Option, type Command } from 'commander';
import { exportFormatIds, importFormatIds } from '../annotate/formats/formatList';
import type { Runtime } from '../inference/process/runtime';
import { exportImages, importFile, type ExportArguments, type ImportArguments } from './export';
import type { CliIo } from './io';

/** @param command makes a command with the options that all have @param runtimeOf what these options ask for */
export function addExportCommands<Shared>(
  io: CliIo,
  command: (name: string, description: string) => Command,
  runtimeOf: (options: Shared) => Runtime,
): void {
  const choice = (flags: string, description: string, choices: readonly string[]) =>
    new Option(flags, description).choices(choices);
  command('export <image...>', 'annotations of images, or of folders of them → files of another tool')
    .addOption(choice('--format <format>', 'what to write', exportFormatIds).makeOptionMandatory())
    .requiredOption('--out <folder>', 'where to write; files of an earlier export there are extended')
    .addOption(
      choice('--masks <how>', 'coco: how masks are written', ['rle', 'uncompressed', 'polygons']).default(
        'rle',
      ),
    )
    .addOption(
      choice('--shapes <shapes>', 'yolo: what a line holds', ['boxes', 'segments']).default('segments'),
    )
    .addOption(
      choice('--values <values>', 'mask: what the value of a pixel says', ['class', 'instance']).default(
        'class',
      ),
    )
    .addOption(
      choice('--picture <picture>', 'svg: the picture inside, or only its name', ['embed', 'link']).default(
        'embed',
      ),
    )
    .action((images: string[], options: Shared & ExportArguments) => {
      const { format, out, json, masks, shapes, values, picture } = options;
      return exportImages(io, runtimeOf(options), images, {
        ...{ format, out, masks, shapes, values, picture },
        ...(json && { json }),
      });
    });

  command('import <file>', 'a file or folder of another tool → LabelMe files beside the images')
    .addOption(choice('--format <format>', 'what it is', importFormatIds).makeOptionMandatory())
    .option('--images <folder>', 'where the images are; otherwise the folder of the file')
    .option('--merge', 'add to LabelMe files that are there already, which are else left alone')
    .action((file: string, options: Shared & ImportArguments) =>
      importFile(io, runtimeOf(options), file, options),
    );
}
