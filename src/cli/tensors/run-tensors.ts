import { CodedError, ReadError } from '../../bytes/errors.ts';
import { examineTensor, type Examination } from '../../node/examine-tensors.ts';
import type { OpenedTensors } from '../../node/open-tensors.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import { streamTheme } from '../render/theme.ts';
import { describeTensors, type Listing, type Row } from './listing.ts';
import { tensorsPage } from './page.ts';
import { type ListedTensor, listTensors, openTarget } from './reading.ts';
import type { SortOrder, TensorsArguments } from './tensors-arguments.ts';

/** `vouchsafe tensors PATH`; returns the exit code. @throws UsageError, ReadError, TensorError, FormatError, LimitError. */
export async function runTensors(target: string, options: TensorsArguments): Promise<number> {
  const opened = openTarget(target, options);
  try {
    const listed = sorted(await listTensors(opened, options), options.sort);
    const rows = examine(listed, options);
    const changed = opened.changed();
    if (changed !== null) throw ReadError.of(target, changed);
    const listing: Listing = { opened, rows, examined: wantsReading(options) };
    const text =
      options.format === 'json'
        ? `${jsonText(describeTensors(listing), 2)}\n`
        : tensorsPage(listing, streamTheme(process.stdout));
    await writeStream(process.stdout, [text]);
    return exitCode(opened, rows);
  } finally {
    opened.close();
  }
}

function exitCode(opened: OpenedTensors, rows: readonly Row[]): number {
  return opened.failed.length > 0 || rows.some(({ error }) => error !== undefined) ? 1 : 0;
}

function wantsReading({ stats, histogram, hash, verify }: TensorsArguments): boolean {
  return stats === true || histogram === true || hash === true || verify === true;
}

/** Reads what the options ask for. Damage to one tensor is told with it, and the others are read all the same. */
function examine(listed: readonly ListedTensor[], options: TensorsArguments): Row[] {
  if (!wantsReading(options)) return listed.map((one) => ({ ...one }));
  const progress = new Progress(options.progress);
  const totalBytes = listed.reduce((sum, { tensor }) => sum + tensor.placement.byteLength, 0);
  let doneBytes = 0;
  const onBytes = (bytes: number): void => {
    doneBytes += bytes;
    progress.show((milliseconds) => byteProgressLine({ action: 'reading', doneBytes, totalBytes }, milliseconds));
  };
  const wanted = {
    stats: options.stats === true || options.histogram === true,
    histogram: options.histogram === true,
    hash: options.hash === true || options.stats === true || options.histogram === true,
    onBytes,
  };
  const rows = listed.map((one): Row => {
    try {
      const examination: Examination = examineTensor(one.tensor, wanted);
      return { ...one, examination };
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      return { ...one, error };
    }
  });
  progress.end();
  return rows;
}

function sorted(listed: ListedTensor[], order: SortOrder): ListedTensor[] {
  const byName = (a: ListedTensor, b: ListedTensor): number =>
    a.tensor.name < b.tensor.name ? -1 : a.tensor.name > b.tensor.name ? 1 : 0;
  const orders: Readonly<Record<SortOrder, (a: ListedTensor, b: ListedTensor) => number>> = {
    source: () => 0,
    name: byName,
    size: (a, b) => b.tensor.placement.byteLength - a.tensor.placement.byteLength || byName(a, b),
    dtype: (a, b) => a.tensor.dtype.localeCompare(b.tensor.dtype) || byName(a, b),
  };
  return listed.sort(orders[order]);
}
