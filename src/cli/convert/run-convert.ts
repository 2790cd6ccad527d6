import { dtypeBits } from '../../formats/safetensors/dtypes.ts';
import { convert } from '../../node/convert/convert.ts';
import type { ConvertOptions } from '../../node/convert/options.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import { streamTheme } from '../render/theme.ts';
import { loadPolicy } from '../scan/load-files.ts';
import { UsageError } from '../usage-error.ts';
import type { ConvertArguments } from './convert-arguments.ts';
import { renderConversion } from './render-conversion.ts';

/** `vouchsafe convert`: returns the exit code. @throws UsageError. */
export async function runConvert(inputs: readonly string[], options: ConvertArguments): Promise<number> {
  checkArguments(inputs, options);
  const progress = new Progress(options.progress && options.quiet !== true);
  try {
    if (options.verify === undefined) return await convertNow(inputs, options, progress);
    const { runVerify } = await import('./run-verify.ts');
    return await runVerify(options.verify, inputs, { ...options, progress });
  } finally {
    progress.end();
  }
}

async function convertNow(inputs: readonly string[], options: ConvertArguments, progress: Progress): Promise<number> {
  const result = await convert({
    ...(await optionsOf(inputs, options)),
    onStuckThread: dieWhenDone,
    onProgress: (doneBytes, totalBytes) =>
      progress.show((elapsed) => byteProgressLine({ action: 'converting', doneBytes, totalBytes }, elapsed)),
  });
  progress.end();
  if (options.format === 'json') {
    const { record, verdict, copied, output, recordPath, written, backup } = result;
    await writeStream(process.stdout, [
      `${jsonText({ written, output, recordPath, backup, verdict, copied, record }, 2)}\n`,
    ]);
  } else if (options.quiet !== true) {
    await writeStream(process.stdout, [renderConversion(result, streamTheme(process.stdout))]);
  }
  return 0;
}

async function optionsOf(inputs: readonly string[], options: ConvertArguments): Promise<ConvertOptions> {
  const policy = await loadPolicy(options.policy);
  const { output, inPlace, deleteOriginals, dryRun, force, dedupe, allowPartial, allowCompressed } = options;
  const { maxAmplification, select, exclude, followLinks, keep, trainingState, allWeights, normalize } = options;
  const { wholeObject, object } = options;
  return {
    inputs,
    output,
    inPlace,
    deleteOriginals,
    dryRun,
    force,
    dedupe,
    allowPartial,
    allowCompressed,
    wholeObject,
    object,
    maxAmplification,
    select,
    exclude,
    followLinks,
    keep,
    trainingState,
    allWeights,
    normalize,
    policy,
    hash: options.hash === true ? 'outputs' : (options.hash ?? 'none'),
    failOn: options.failOn ?? policy?.failOn,
    maxShardBytes: options.maxShardSize,
    metadata: new Map(options.metadata),
    rawItemDtype: options.rawDtype,
    now: sourceDate() ?? new Date(),
  };
}

/** The time that reproducible builds ask for (reproducible-builds.org, SOURCE_DATE_EPOCH). */
function sourceDate(): Date | undefined {
  const seconds = process.env['SOURCE_DATE_EPOCH'];
  return seconds !== undefined && /^\d{1,11}$/.test(seconds) ? new Date(Number(seconds) * 1000) : undefined;
}

function checkArguments(inputs: readonly string[], options: ConvertArguments): void {
  if (inputs.includes('') || options.output === '' || options.object === '') throw UsageError.of('a path is empty');
  if (options.verify !== undefined) return;
  const wrong = faults(inputs, options).find(([isWrong]) => isWrong);
  if (wrong !== undefined) throw UsageError.of(wrong[1]);
}

function faults(inputs: readonly string[], options: ConvertArguments): (readonly [boolean, string])[] {
  const { output, inPlace = false, deleteOriginals = false, maxShardSize, rawDtype } = options;
  const isFile = output?.endsWith('.safetensors') === true;
  return [
    [
      rawDtype !== undefined && !dtypeBits.has(rawDtype),
      `--raw-dtype takes one of ${[...dtypeBits.keys()].join(', ')}`,
    ],
    [output === undefined && !inPlace, 'say where to: --output FILE.safetensors, --output FOLDER or --in-place'],
    [output !== undefined && inPlace, '--output and --in-place exclude each other'],
    [inPlace && inputs.length > 1, '--in-place takes one folder'],
    [deleteOriginals && !inPlace, '--delete-originals goes with --in-place'],
    [maxShardSize !== undefined && isFile, '--max-shard-size may make several files: give a folder as output'],
  ];
}

/** Everything has been written by then; the status, 137, is no success. */
function dieWhenDone(): void {
  process.once('beforeExit', () => process.kill(process.pid, 'SIGKILL'));
}
