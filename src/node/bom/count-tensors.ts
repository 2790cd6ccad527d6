import type { Limits } from '../../bytes/limits.ts';
import { tensorTotals, type TensorTotals } from '../../bom/tensor-totals.ts';
import { TensorError } from '../../tensors/errors.ts';
import { readTensors } from '../../tensors/read-tensors.ts';
import { tensorReaders } from '../../tensors/readers/index.ts';
import { noteOf, withFile, type ModelFile } from './model-file.ts';

/** What the tensors of every weight file add up to, from their headers alone. */
export function countTensors(files: readonly ModelFile[], limits: Limits, onFile?: (path: string) => void) {
  const totals: TensorTotals[] = [];
  const notes: string[] = [];
  for (const one of files) {
    if (!tensorReaders.some(({ format }) => one.report.format === format)) continue;
    onFile?.(one.path);
    try {
      const read = withFile(one, limits.maxFileBytes, (source) =>
        tensorTotals(one.path, readTensors(source, one.path, { limits, allowCompressed: true })),
      );
      totals.push(read);
    } catch (error) {
      // A pickle or archive without any tensor is no weight file.
      if (error instanceof TensorError && error.code === 'no-tensors') continue;
      notes.push(noteOf(one.path, error));
    }
  }
  return { totals, notes };
}
