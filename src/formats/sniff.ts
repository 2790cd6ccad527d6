import { readBytes, type Source } from '../bytes/source.ts';

/** Magic numbers of things that run, or hold things that run, long enough not to occur by accident in tensor bytes. */
const MAGICS: readonly (readonly number[])[] = [
  [0x50, 0x4b, 0x03, 0x04],
  [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c],
  [0xfd, 0x37, 0x7a, 0x58, 0x5a, 0x00],
  [0x28, 0xb5, 0x2f, 0xfd],
  [0x42, 0x5a, 0x68, 0x39, 0x31, 0x41],
  [0x1f, 0x8b, 0x08, 0x00],
  [0x1f, 0x8b, 0x08, 0x08],
  [0x7f, 0x45, 0x4c, 0x46],
  [0x89, 0x48, 0x44, 0x46],
  [0x23, 0x21, 0x2f],
];
const PICKLE_PROTO = 0x80;
const PICKLE_FRAME = 0x95;

/**
 * Whether raw tensor bytes begin like something else. Four zero bytes would be as likely as a magic number in random
 * data, so short marks do not count; a hit is only handed on for examination, it is no finding by itself.
 */
export function looksLikePayload(source: Source): boolean {
  const head = readBytes(source, 0, 64);
  return MAGICS.some((magic) => magic.every((byte, at) => head[at] === byte)) || looksLikePickle(head);
}

/** A protocol mark followed by a frame, or by a container or a global whose module is spelled out. */
function looksLikePickle(head: Uint8Array): boolean {
  const [mark, protocol = 0, opcode = 0] = head;
  if (mark !== PICKLE_PROTO || protocol < 2 || protocol > 5) return false;
  if (opcode === PICKLE_FRAME) return head.subarray(7, 11).every((byte) => byte === 0);
  return 'c(}]'.includes(String.fromCharCode(opcode)) && /^[a-z_]/.test(String.fromCharCode(head[3] ?? 0));
}
