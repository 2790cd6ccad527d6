import { plainText } from '../bom/read-nodes.ts';

const VERSION_LINE = 'age-encryption.org/v1\n';
const ARMOR = '-----BEGIN AGE ENCRYPTED FILE-----';
/** Enough for a thousand recipients; what follows is ciphertext. */
export const SEALED_HEAD_BYTES = 128 * 1024;

/** Kinds of recipients that the head of an age file lists; null when it is none. */
export function sealedRecipients(head: Uint8Array): readonly string[] | null {
  const text = new TextDecoder('latin1').decode(head);
  if (text.startsWith(ARMOR)) return [];
  if (!text.startsWith(VERSION_LINE)) return null;
  const kinds: string[] = [];
  for (const line of text.slice(VERSION_LINE.length).split('\n')) {
    if (line.startsWith('---')) break;
    if (line.startsWith('-> ')) kinds.push(plainText(line.slice(3).split(' ')[0] ?? '', 40));
  }
  return kinds;
}
