import type { CodedError } from '../../bytes/errors.ts';
import type { Examination } from '../../node/examine-tensors.ts';
import type { OpenedTensors } from '../../node/open-tensors.ts';
import type { TensorStats } from '../../tensors/stats/tensor-stats.ts';
import { elementCount } from '../../tensors/shape.ts';
import type { Tensor } from '../../tensors/tensor.ts';
import type { ListedTensor } from './reading.ts';

/** A tensor of the list, with what reading it told or why it could not be read. */
export interface Row extends ListedTensor {
  readonly examination?: Examination;
  readonly error?: CodedError;
}

export interface Listing {
  readonly opened: OpenedTensors;
  readonly rows: readonly Row[];
  /** True when tensors were read and not only listed. */
  readonly examined: boolean;
}

/** What is remarkable about the numbers of a tensor, worst first. */
export type Remark = 'nan' | 'inf' | 'not-boolean' | 'constant';

/** Remarks on what was read of a tensor. */
export function remarksOn(stats: TensorStats | undefined): Remark[] {
  if (stats === undefined) return [];
  const remarks: Remark[] = [];
  if (stats.nan > 0) remarks.push('nan');
  if (stats.inf > 0) remarks.push('inf');
  if (stats.notBoolean > 0) remarks.push('not-boolean');
  if (stats.count > 1 && stats.nan + stats.inf === 0 && stats.min === stats.max) remarks.push('constant');
  return remarks;
}

/** Bytes and number of tensors, in all and for each dtype, the largest first. */
export interface Totals {
  readonly tensors: number;
  readonly elements: number;
  readonly bytes: number;
  readonly dtypes: readonly { readonly dtype: string; readonly tensors: number; readonly bytes: number }[];
}

export function totalsOf(tensors: readonly Tensor[]): Totals {
  const dtypes = [...Map.groupBy(tensors, ({ dtype }) => dtype)].map(([dtype, of]) => ({
    dtype,
    tensors: of.length,
    bytes: sum(of.map(({ placement }) => placement.byteLength)),
  }));
  return {
    tensors: tensors.length,
    elements: sum(tensors.map(({ shape }) => elementCount(shape) ?? 0)),
    bytes: sum(dtypes.map(({ bytes }) => bytes)),
    dtypes: dtypes.toSorted((a, b) => b.bytes - a.bytes),
  };
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}

/** Tensors that hold the same bytes in the same dtype and shape; empty ones are not worth a word. */
export function duplicatesIn(rows: readonly Row[]): readonly (readonly string[])[] {
  const hashed = rows.filter(({ examination, tensor }) => {
    return examination?.sha256 !== undefined && tensor.placement.byteLength > 0;
  });
  const groups = Map.groupBy(hashed, ({ examination, tensor }) => {
    return `${examination?.sha256} ${tensor.dtype} ${tensor.shape.join(',')}`;
  });
  return [...groups.values()].filter((rows) => rows.length > 1).map((rows) => rows.map(({ tensor }) => tensor.name));
}

/** The listing as data: what `--format json` prints. */
export function describeTensors({ opened, rows, examined }: Listing): object {
  return {
    path: opened.target,
    totals: totalsOf(rows.map(({ tensor }) => tensor)),
    files: opened.parts.map(({ path, source, file }) => ({
      path,
      format: file.format,
      size: source.size,
      tensors: file.tensors.length,
      refused: file.refused,
      omitted: file.omitted,
      metadata: Object.fromEntries(file.metadata),
      globals: file.globals,
      notes: file.notes,
    })),
    failed: opened.failed.map(({ path, error }) => ({ path, code: error.code, message: error.message })),
    notes: opened.notes,
    tensors: rows.map(describeRow),
    ...(examined ? { duplicates: duplicatesIn(rows) } : {}),
  };
}

function describeRow({ tensor, file, examination, error }: Row): object {
  const { name, dtype, shape, placement, origin, storage } = tensor;
  const { stats, sha256 } = examination ?? {};
  return {
    name,
    dtype,
    shape,
    bytes: placement.byteLength,
    file,
    member: origin.member,
    span: origin.span ?? null,
    storage: storage ?? null,
    strides: placement.strides ?? null,
    ...(stats === undefined ? {} : { stats: plain(stats), remarks: remarksOn(stats) }),
    ...(sha256 === undefined ? {} : { sha256 }),
    ...(error === undefined ? {} : { error: { code: error.code, message: error.message } }),
  };
}

/** JSON has no infinite numbers and no integers beyond 2^53: both become text. */
function plain(stats: TensorStats): object {
  return Object.fromEntries(
    Object.entries(stats).map(([key, value]: [string, unknown]) => [
      key,
      typeof value === 'bigint' || (typeof value === 'number' && !Number.isFinite(value)) ? String(value) : value,
    ]),
  );
}
