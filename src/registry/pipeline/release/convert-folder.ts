import { CodedError } from '../../../bytes/errors.ts';
import { isTrainingState } from '../../../convert/names.ts';
import type { ConversionRecord } from '../../../convert/record-schema.ts';
import { convert, type ConvertResult } from '../../../node/convert/convert.ts';
import { judged } from '../../../node/convert/scan-inputs.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';
import { isPickle } from '../../admission/format-groups.ts';
import { documentWithoutFolder, withoutFolder } from '../without-folder.ts';

interface Wanted {
  readonly folder: string;
  /** Of the files below the folder. */
  readonly report: ScanReport;
}

/** Whether a version has files whose loading runs what they say. */
export function needsConversion({ artifacts }: ScanReport): boolean {
  return artifacts.some(({ format }) => isPickle(format));
}

/**
 * What a conversion would leave out that the model is made of, as `PATH: REASON`. Nothing is written, and nothing of the files is run. States
 * of training runs are no part of the model, and a pickled twin of safetensors is none that anybody misses.
 */
export async function refusedConversions({ folder, report }: Wanted): Promise<readonly string[]> {
  try {
    const options = { ...optionsOf({ folder, report }), dryRun: true, allowPartial: true };
    const { record } = await convert({ ...options, output: `${folder}-converted` });
    return refusalsIn(documentWithoutFolder(record, folder), report);
  } catch (error) {
    // Exit code 1 is an answer about the model, 2 a failure of the machine.
    if (error instanceof CodedError && error.exitCode === 1)
      return [`${pathIn(report)}: ${oneLine(withoutFolder(error.message, folder))}`];
    throw error;
  }
}

/** Converts what must be, into an empty folder; other files are carried over. @throws as `convert` does. */
export async function convertFolder(
  { folder, report }: Wanted,
  { output, tell }: { readonly output: string; readonly tell: (fraction: number) => void },
): Promise<ConvertResult> {
  return convert({
    ...optionsOf({ folder, report }),
    output,
    hash: 'all',
    onProgress: (done, total) => tell(total === 0 ? 1 : done / total),
  });
}

/** Reasons why a conversion that went through is not one of the whole model. */
export function refusalsIn(
  { leftOut, outputs, refused }: ConversionRecord,
  { artifacts }: ScanReport,
): readonly string[] {
  const pickles = new Set(artifacts.filter(({ format }) => isPickle(format)).map(({ path }) => path));
  const files = leftOut.filter(
    ({ path, reason }) =>
      pickles.has(path) && !isTrainingState(path.slice(path.lastIndexOf('/') + 1)) && !reason.endsWith(TWIN),
  );
  const carriedOver = outputs.filter(({ path }) => pickles.has(path));
  return [
    ...carriedOver.map(({ path }) => `${path}: no reader of tensors knows it`),
    ...files.map(({ path, reason }) => `${path}: ${oneLine(reason)}`),
    ...refused.map(({ source, name, detail }) => `${source}: ${oneLine(`${name}: ${detail}`)}`),
  ];
}

/** How a plan says that the same model is there as safetensors. */
const TWIN = 'is already there';

/** The policy judges what is carried over; a conversion that left out what is not clean would release another model than was examined. */
function optionsOf({ folder, report }: Wanted) {
  const others = report.artifacts.filter(({ format, verdict }) => verdict !== 'clean' && !isPickle(format));
  return {
    inputs: [folder],
    judged: new Map(report.artifacts.map((one) => [one.path, judged(one)])),
    // What would stand for other names too is not kept, and so refused where it is not clean.
    keep: others.map(({ path }) => path).filter((path) => !/[*?]/.test(path)),
  };
}

function pathIn({ artifacts }: ScanReport): string {
  return artifacts.find(({ format }) => isPickle(format))?.path ?? '';
}

const MAX_REASON = 500;
const oneLine = (text: string): string => text.replaceAll(/\s+/g, ' ').slice(0, MAX_REASON);
