import type { OmittedValue, RefusedTensor, Tensor, TensorFile } from '../tensors/tensor.ts';
import { ConvertError } from './errors.ts';
import { unwritable } from './placement.ts';
import { selects, type Selection } from './select.ts';

const METADATA = '__metadata__';

/** One file to convert: its name in the record, and what is in it. */
export interface ConversionSource {
  readonly path: string;
  readonly file: TensorFile;
}

/** A tensor to write and the source it is from. */
export interface Taken {
  readonly tensor: Tensor;
  /** Place in the list of sources. */
  readonly source: number;
}

interface RefusedHere extends RefusedTensor {
  readonly source: number;
}

/** Every tensor of the sources, sorted into those to write and those that cannot be. */
export interface Intake {
  readonly taken: readonly Taken[];
  readonly refused: readonly RefusedHere[];
  /** Names that the selection leaves out. */
  readonly excluded: readonly string[];
  readonly omitted: readonly (OmittedValue & { readonly source: number })[];
}

/**
 * Goes through the tensors of all sources in order. @throws ConvertError `name-clash` when two tensors have one name:
 * which of them a loader would take depends on the loader.
 */
export function takeIn(sources: readonly ConversionSource[], selection: Selection): Intake {
  const wanted = selects(selection);
  const seen = new Map<string, number>();
  const [taken, refused, excluded]: [Taken[], RefusedHere[], string[]] = [[], [], []];
  for (const [source, { file }] of sources.entries()) {
    for (const tensor of file.tensors) {
      if (!wanted(tensor.name)) {
        excluded.push(tensor.name);
        continue;
      }
      claim(tensor.name, source, seen, sources);
      const refusal = refusalOf(tensor);
      if (refusal === undefined) taken.push({ tensor, source });
      else refused.push({ ...refusal, source });
    }
    for (const one of file.refused) {
      if (wanted(one.name)) refused.push({ ...one, source });
      else excluded.push(one.name);
    }
  }
  const omitted = sources.flatMap(({ file }, source) => file.omitted.map((value) => ({ ...value, source })));
  return { taken, refused, excluded, omitted };
}

function claim(name: string, source: number, seen: Map<string, number>, sources: readonly ConversionSource[]): void {
  const before = seen.get(name);
  if (before !== undefined) {
    const [one, other] = [sources[before]?.path ?? '', sources[source]?.path ?? ''];
    throw ConvertError.of('name-clash', { name, one, other });
  }
  seen.set(name, source);
}

function refusalOf(tensor: Tensor): RefusedTensor | undefined {
  const { name } = tensor;
  const wrongName = nameFault(name);
  if (wrongName !== undefined) return { name, code: 'name-invalid', detail: wrongName };
  const detail = unwritable(tensor);
  return detail === undefined ? undefined : { name, code: 'dtype-unsupported', detail };
}

/** Why no reader of safetensors would find a tensor under this name. */
function nameFault(name: string): string | undefined {
  if (name === '') return 'a tensor without a name';
  if (name === METADATA) return 'the name that safetensors keeps for its metadata';
  return name.isWellFormed() ? undefined : 'a name with half a character, which UTF-8 cannot hold';
}
