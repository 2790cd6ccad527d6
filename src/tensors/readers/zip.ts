import { FormatError } from '../../bytes/errors.ts';
import { BufferSource, readBytes, type Source } from '../../bytes/source.ts';
import { MAGIC } from '../../formats/npy/header.ts';
import { TensorError } from '../errors.ts';
import { readExactly } from '../gather/fetch-slab.ts';
import { readHdf5 } from '../hdf5/read-hdf5.ts';
import { readArray } from '../numpy/read-array.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import type { OmittedValue, RefusedTensor, Tensor, TensorFile } from '../tensor.ts';
import { readMembers, type ZipMember } from '../zip/members.ts';

/** Where a `.keras` file keeps its weights (keras/src/saving/saving_lib.py). */
const KERAS_WEIGHTS = 'model.weights.h5';
/** HDF5 is read here and there, which compressed bytes cannot be: a compressed member is unpacked whole. */
const MAX_UNPACKED_BYTES = 64 * 1024 * 1024;

/** Zip files of arrays (`.npz`) and of Keras (`.keras`). Those of torch are a format of their own. */
export const zipReader = defineTensorReader({
  format: 'zip',
  read(context) {
    const members = readMembers(context);
    const weights = members.find(({ name }) => name === KERAS_WEIGHTS);
    const hasArrays = members.some(({ name }) => name.endsWith('.npy'));
    if (weights !== undefined && hasArrays) {
      throw TensorError.of('ambiguous', { path: context.path, detail: 'it holds NumPy arrays and Keras weights' });
    }
    if (weights !== undefined) return readKeras(context, weights, members);
    if (hasArrays) return readArrays(context, members);
    throw TensorError.of('no-tensors', { path: context.path });
  },
});

function readArrays(context: ReadContext, members: readonly ZipMember[]): TensorFile {
  const tensors: Tensor[] = [];
  const refused: RefusedTensor[] = [];
  const omitted: OmittedValue[] = [];
  const keys = new Set<string>();
  for (const member of members) {
    const source = member.open();
    const head = readBytes(source, 0, MAGIC.length);
    const isArray = MAGIC.every((byte, index) => head[index] === byte);
    const isNamed = member.name.endsWith('.npy');
    const key = isNamed ? member.name.slice(0, -4) : member.name;
    // numpy looks up a key as it is first, and with the ending after it.
    if (keys.has(key))
      throw TensorError.of('ambiguous', { path: context.path, detail: `two members answer to ${key}` });
    keys.add(key);
    if (isArray && isNamed) {
      const place = { name: key, member: member.name, start: member.start, refused };
      tensors.push(...readArray({ ...context, source }, place));
    } else if (isArray) {
      refused.push({ name: member.name, code: 'name-invalid', detail: 'an array whose name does not end in .npy' });
    } else {
      omitted.push({ path: member.name, what: isNamed ? 'bytes that are no NumPy array' : 'a file beside the arrays' });
    }
  }
  return { format: 'zip', tensors, refused, omitted, metadata: new Map(), globals: [], notes: [] };
}

function readKeras(context: ReadContext, weights: ZipMember, members: readonly ZipMember[]): TensorFile {
  const source = weights.isStored ? weights.open() : unpack(weights);
  const inner = { ...context, source, path: KERAS_WEIGHTS };
  const file = readHdf5(inner, { member: KERAS_WEIGHTS, start: weights.start });
  const omitted = members
    .filter((member) => member !== weights)
    .map(({ name }) => ({ path: name, what: 'a file beside the weights' }));
  return { ...file, format: 'zip', omitted: [...file.omitted, ...omitted] };
}

function unpack(member: ZipMember): Source {
  if (member.size > MAX_UNPACKED_BYTES) {
    throw FormatError.of('unsupported', { feature: `${member.name} compressed to be read whole`, offset: 0 });
  }
  const bytes = new Uint8Array(member.size);
  readExactly(member.open(), 0, bytes);
  return new BufferSource(bytes);
}
