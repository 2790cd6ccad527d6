import type { Limits } from '../../bytes/limits.ts';
import { tensorTotals, type TensorTotals } from '../../bom/tensor-totals.ts';
import { TensorError } from '../../tensors/errors.ts';
import { readTensors } from '../../tensors/read-tensors.ts';
import { tensorReaders } from '../../tensors/readers/index.ts';
import type { FileSource } from '../file-source.ts';
import { BesideFiles } from '../open-beside.ts';
import { displayPath } from '../raw-path.ts';
import { noteOf, withFile, type ModelFile } from './model-file.ts';

/** What the tensors of every weight file add up to, from their headers alone. */
export function countTensors(files: readonly ModelFile[], limits: Limits, onFile?: (path: string) => void) {
  const totals: TensorTotals[] = [];
  const notes: string[] = [];
  for (const one of files) {
    if (!tensorReaders.some(({ format }) => one.report.format === format)) continue;
    onFile?.(one.path);
    try {
      totals.push(totalsOf(one, limits));
    } catch (error) {
      // A pickle or archive without any tensor is no weight file.
      if (error instanceof TensorError && error.code === 'no-tensors') continue;
      notes.push(noteOf(one.path, error));
    }
  }
  return { totals, notes };
}

/** ONNX and TensorFlow keep data in files beside the one that names the tensors. */
function totalsOf(one: ModelFile, limits: Limits): TensorTotals {
  const beside = new BesideFiles(displayPath(one.file));
  const openBeside = (name: string): FileSource | undefined => beside.open(name);
  try {
    return withFile(one, limits.maxFileBytes, (source) =>
      tensorTotals(one.path, readTensors(source, one.path, { limits, allowCompressed: true, openBeside })),
    );
  } finally {
    beside.close();
  }
}
