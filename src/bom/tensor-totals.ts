import type { Tensor, TensorFile } from '../tensors/tensor.ts';

/** What the tensors of one file add up to, counted from the file itself. */
export interface TensorTotals {
  readonly path: string;
  readonly format: string;
  readonly tensors: number;
  /** Elements of all tensors; memory that several names share is counted once. */
  readonly parameters: number;
  readonly bytes: number;
  readonly byDtype: readonly { readonly dtype: string; readonly parameters: number; readonly bytes: number }[];
  /** Tensors that are there and cannot be told as bytes of a known dtype. */
  readonly refused: number;
}

/** Adds up the tensors of a file. */
export function tensorTotals(path: string, { format, tensors, refused }: TensorFile): TensorTotals {
  const byDtype = new Map<string, { parameters: number; bytes: number }>();
  const seen = new Set<string>();
  for (const tensor of tensors) {
    const identity = identityOf(tensor);
    if (identity !== undefined && seen.has(identity)) continue;
    if (identity !== undefined) seen.add(identity);
    const sum = byDtype.get(tensor.dtype) ?? { parameters: 0, bytes: 0 };
    sum.parameters += tensor.shape.reduce((product, size) => product * size, 1);
    sum.bytes += tensor.placement.byteLength;
    byDtype.set(tensor.dtype, sum);
  }
  const rows = [...byDtype].map(([dtype, sum]) => ({ dtype, ...sum })).sort((a, b) => (a.dtype < b.dtype ? -1 : 1));
  return {
    path,
    format,
    tensors: tensors.length,
    parameters: rows.reduce((sum, one) => sum + one.parameters, 0),
    bytes: rows.reduce((sum, one) => sum + one.bytes, 0),
    byDtype: rows,
    refused: refused.length,
  };
}

/** Equal for two names of the same elements; undefined where nothing can be shared. */
function identityOf({ storage, placement, dtype, shape }: Tensor): string | undefined {
  return storage === undefined ? undefined : [storage, placement.offset, dtype, shape.join('x')].join('\u0000');
}

/** Totals of all files of one format: a folder that holds the same weights twice has them in two formats. */
export function totalsByFormat(all: readonly TensorTotals[]): readonly TensorTotals[] {
  const formats = [...new Set(all.map((one) => one.format))].sort();
  return formats.map((format) =>
    sumOf(
      format,
      all.filter((one) => one.format === format),
    ),
  );
}

function sumOf(format: string, all: readonly TensorTotals[]): TensorTotals {
  const dtypes = [...new Set(all.flatMap((one) => one.byDtype.map(({ dtype }) => dtype)))].sort();
  const add = (pick: (one: TensorTotals) => number): number => all.reduce((sum, one) => sum + pick(one), 0);
  const of = (dtype: string, what: 'parameters' | 'bytes'): number =>
    add((one) => one.byDtype.find((row) => row.dtype === dtype)?.[what] ?? 0);
  return {
    path: '',
    format,
    tensors: add((one) => one.tensors),
    parameters: add((one) => one.parameters),
    bytes: add((one) => one.bytes),
    byDtype: dtypes.map((dtype) => ({ dtype, parameters: of(dtype, 'parameters'), bytes: of(dtype, 'bytes') })),
    refused: add((one) => one.refused),
  };
}
