import { FormatError } from '../../bytes/errors.ts';
import { decodeText } from '../decode-text.ts';
import { emitDocument } from '../emit-document.ts';
import { defineFormat } from '../format.ts';

const MAGIC = 'version https://git-lfs.github.com/spec/';
/** The specification's own bound. */
const MAX_POINTER_BYTES = 1024;

/** A Git LFS pointer (git-lfs docs/spec.md): lines of `key value`, in place of the real file. */
export const gitLfsPointer = defineFormat({
  id: 'git-lfs-pointer',
  title: 'Git LFS pointer',
  extensions: [],
  detect: (probe) => (probe.startsWith(MAGIC) && probe.source.size <= MAX_POINTER_BYTES ? 'certain' : null),
  parse(context) {
    const { text } = decodeText(context.source, { name: 'maxPointerBytes', bytes: MAX_POINTER_BYTES });
    const lines = text.split('\n');
    const entries = lines.filter((line) => line !== '').map((line) => keyValue(line));
    emitDocument(context, { root: { kind: 'map', entries }, syntax: 'git-lfs-pointer' });
    context.cover(0, context.source.size, 'structure');
  },
});

function keyValue(line: string) {
  const match = /^([a-z0-9.-]{1,64}) ([^\r\n]{1,512})$/.exec(line);
  if (match === null) {
    throw FormatError.of('malformed', {
      expected: 'a key and a value',
      found: JSON.stringify(line.slice(0, 80)),
      offset: 0,
    });
  }
  return { key: match[1] ?? '', value: { kind: 'scalar', value: match[2] ?? '' } as const };
}
