import { CodedError, ReadError } from '../../bytes/errors.ts';
import { sha256Tensor } from '../../node/examine-tensors.ts';
import type { OpenedTensors } from '../../node/open-tensors.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { type Comparison, compareTensors, isSame, type NamedTensors } from '../../tensors/compare.ts';
import { TensorError } from '../../tensors/errors.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import { describeFailure } from '../failure.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import { streamTheme } from '../render/theme.ts';
import { listTensors, matcher, openTarget } from '../tensors/reading.ts';
import type { CompareArguments } from './compare-arguments.ts';
import { comparisonPage } from './page.ts';

const COULD_NOT_COMPARE = 2;

/** What is in one of two targets and cannot be compared. */
export interface Incomparable {
  readonly path: string;
  readonly name: string;
  readonly code: string;
  readonly detail: string;
}

/**
 * `vouchsafe compare A B`; returns the exit code: 0 the same, 1 different, 2 when that cannot be said.
 */
export async function runCompare(targets: readonly [string, string], options: CompareArguments): Promise<number> {
  try {
    return await compareTargets(targets, options);
  } catch (error) {
    // Exit code 1 says that they differ, which is more than is known here.
    if (!(error instanceof CodedError)) throw error;
    process.stderr.write(describeFailure(error));
    return COULD_NOT_COMPARE;
  }
}

async function compareTargets(targets: readonly [string, string], options: CompareArguments): Promise<number> {
  const a = openTarget(targets[0], options);
  try {
    const b = openTarget(targets[1], options);
    try {
      return await compareOpened(a, b, options);
    } finally {
      b.close();
    }
  } finally {
    a.close();
  }
}

async function compareOpened(a: OpenedTensors, b: OpenedTensors, options: CompareArguments): Promise<number> {
  const left = await named(a, options);
  const right = await named(b, options);
  const incomparable = [...(await incomparableIn(a, options)), ...(await incomparableIn(b, options))];
  const comparison = compare(left, right, options);
  for (const opened of [a, b]) {
    const changed = opened.changed();
    if (changed !== null) throw ReadError.of(opened.target, changed);
  }
  const isEqual = isSame(comparison);
  const result = { a: a.target, b: b.target, same: isEqual && incomparable.length === 0, ...comparison, incomparable };
  const text =
    options.format === 'json'
      ? `${jsonText(plain(result), 2)}\n`
      : comparisonPage(comparison, { ...result, theme: streamTheme(process.stdout) });
  await writeStream(process.stdout, [text]);
  if (!isEqual) return 1;
  return incomparable.length > 0 ? 2 : 0;
}

function compare(a: NamedTensors, b: NamedTensors, options: CompareArguments): Comparison {
  const { atol, rtol } = options;
  const hasTolerance = atol !== undefined || rtol !== undefined;
  const progress = new Progress(options.progress);
  const totalBytes = [...a.values()].reduce((sum, { placement, name }) => {
    return sum + (b.has(name) ? placement.byteLength : 0);
  }, 0);
  let doneBytes = 0;
  try {
    return compareTensors(a, b, {
      values: hasTolerance || options.values,
      tolerance: hasTolerance ? { absolute: atol ?? 0, relative: rtol ?? 0 } : undefined,
      digest: (tensor) => sha256Tensor(tensor),
      onBytes: (bytes) => {
        doneBytes += bytes;
        progress.show((milliseconds) => byteProgressLine({ action: 'comparing', doneBytes, totalBytes }, milliseconds));
      },
    });
  } finally {
    progress.end();
  }
}

/** @throws TensorError `ambiguous` when two files of a folder hold tensors of one name. */
async function named(opened: OpenedTensors, options: CompareArguments): Promise<NamedTensors> {
  const [failed] = opened.failed;
  if (failed !== undefined) throw failed.error;
  const tensors = new Map<string, Tensor>();
  const files = new Map<string, string>();
  for (const { tensor, file } of await listTensors(opened, options)) {
    const before = files.get(tensor.name);
    if (before !== undefined) {
      const detail = `${tensor.name} is in ${before} and in ${file}; name the file that is meant`;
      throw TensorError.of('ambiguous', { path: opened.target, detail });
    }
    files.set(tensor.name, file);
    tensors.set(tensor.name, tensor);
  }
  return tensors;
}

async function incomparableIn(opened: OpenedTensors, options: CompareArguments): Promise<Incomparable[]> {
  const fits = await matcher(options.filter ?? []);
  return opened.parts.flatMap(({ file }) =>
    file.refused
      .filter(({ name }) => fits(name))
      .map(({ name, code, detail }) => ({ path: opened.target, name, code, detail })),
  );
}

/** Infinite distances become text, as JSON has none. */
function plain(value: unknown): unknown {
  if (typeof value === 'number' && !Number.isFinite(value)) return String(value);
  if (Array.isArray(value)) return value.map(plain);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, item]: [string, unknown]) => [key, plain(item)]));
}
