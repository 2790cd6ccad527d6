import { fromBase64, toBase64, utf8 } from './encoding.ts';
import { LedgerError } from './errors.ts';
import { ledgerLimits } from './limits.ts';
import { isKeyName } from './verifier-key.ts';

/** One signature line: who signed, and the bytes after the key id. */
export interface NoteSignature {
  readonly name: string;
  /** The first four bytes of a hash of the key, as a number. */
  readonly keyId: number;
  readonly signature: Uint8Array;
}

/** A text and its signatures, c2sp.org/signed-note. Nothing about it is known before it was verified. */
export interface Note {
  /** With its final newline. */
  readonly text: string;
  readonly signatures: readonly NoteSignature[];
}

const KEY_ID_BYTES = 4;
const LINE_START = '— ';
const CONTROL = /[^\P{Cc}\n\u007f-\u009f]/u;

/**
 * Takes a note apart.
 * @throws LedgerError `malformed`, `size-limit`.
 */
export function parseNote(source: string): Note {
  const bytes = source.length > ledgerLimits.maxNoteBytes ? source.length : utf8(source).length;
  if (bytes > ledgerLimits.maxNoteBytes) {
    throw LedgerError.of('size-limit', `a note has ${bytes} bytes, ${ledgerLimits.maxNoteBytes} are allowed`);
  }
  if (!source.isWellFormed() || CONTROL.test(source)) throw LedgerError.of('malformed', 'a note holds no plain text');
  const split = source.lastIndexOf('\n\n');
  if (split < 0) throw LedgerError.of('malformed', 'expected an empty line before the signatures of a note');
  return { text: source.slice(0, split + 1), signatures: parseSignatures(source.slice(split + 2)) };
}

/**
 * Signature lines, each with its line end; at least one.
 * @throws LedgerError `malformed`, `size-limit`.
 */
export function parseSignatures(source: string): NoteSignature[] {
  if (!source.endsWith('\n')) throw LedgerError.of('malformed', 'expected a line end after the last signature');
  const lines = source.slice(0, -1).split('\n');
  if (lines.length > ledgerLimits.maxNoteSignatures) {
    const allowed = ledgerLimits.maxNoteSignatures;
    throw LedgerError.of('size-limit', `a note has ${lines.length} signatures, ${allowed} are allowed`);
  }
  return lines.map(parseSignature);
}

function parseSignature(line: string): NoteSignature {
  const [name = '', encoded = '', ...more] = line.startsWith(LINE_START)
    ? line.slice(LINE_START.length).split(' ')
    : [];
  const blob = fromBase64(encoded);
  if (more.length > 0 || !isKeyName(name) || blob === null || blob.length <= KEY_ID_BYTES) {
    throw LedgerError.of('malformed', 'expected a signature line: a dash, a key name, and base64');
  }
  const keyId = new DataView(blob.buffer).getUint32(0);
  return { name, keyId, signature: blob.subarray(KEY_ID_BYTES) };
}

/** The note as text, signature lines last. */
export function formatNote({ text, signatures }: Note): string {
  return `${text}\n${signatures.map(formatSignature).join('')}`;
}

/** One signature line, with its line end. */
export function formatSignature({ name, keyId, signature }: NoteSignature): string {
  const blob = new Uint8Array(KEY_ID_BYTES + signature.length);
  new DataView(blob.buffer).setUint32(0, keyId);
  blob.set(signature, KEY_ID_BYTES);
  return `${LINE_START}${name} ${toBase64(blob)}\n`;
}

/** The same note with further signatures; those it has already are not added again. */
export function withSignatures(note: Note, more: readonly NoteSignature[]): Note {
  const lines = new Set(note.signatures.map(formatSignature));
  return { ...note, signatures: [...note.signatures, ...more.filter((one) => !lines.has(formatSignature(one)))] };
}
