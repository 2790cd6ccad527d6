import { readBytes } from '../../bytes/source.ts';
import { MAGIC } from '../../formats/npy/header.ts';
import { TensorError } from '../errors.ts';
import { readArray } from '../numpy/read-array.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import type { OmittedValue, RefusedTensor, Tensor, TensorFile } from '../tensor.ts';
import { readMembers, type ZipMember } from '../zip/members.ts';

/** Zip files of arrays (`.npz`). Those of torch are a format of their own. */
export const zipReader = defineTensorReader({
  format: 'zip',
  read(context) {
    const members = readMembers(context);
    if (members.some(({ name }) => name.endsWith('.npy'))) return readArrays(context, members);
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
