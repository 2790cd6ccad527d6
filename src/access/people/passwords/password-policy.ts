import { PeopleError } from '../errors.ts';
import { normalized } from './argon2.ts';
import { commonPasswords, sequences } from './common-passwords.ts';

/** Whose password it is to be: it must not be made of what everybody knows of him. */
export interface PasswordOwner {
  readonly name: string;
  readonly email: string;
}

/** What must be left of a password when the name or address in it is taken away. */
const MIN_OWN_CHARS = 8;
/** Shorter pieces of a name occur in good passwords by chance. */
const MIN_PIECE_CHARS = 4;
/** The length of what, repeated, makes no password. */
const MAX_REPEATED_CHARS = 5;

/**
 * Length, what is easy to guess, and what tells of the person; nothing about which signs it has to have (NIST SP 800-63B-4,
 * section 3.1.1.2).
 * @throws PeopleError `password-short`, `password-common`, `password-personal`.
 */
export function checkPassword(password: string, owner: PasswordOwner, minLength: number): void {
  const text = normalized(password);
  const { length } = Array.from(text);
  if (length < minLength) {
    throw PeopleError.of('password-short', `expected at least ${minLength} characters, found ${length}`);
  }
  const folded = text.toLowerCase();
  if (isCommon(folded)) throw PeopleError.of('password-common');
  if (isPersonal(folded, owner)) throw PeopleError.of('password-personal');
}

function isCommon(folded: string): boolean {
  if (isRepeated(folded) || isSequence(folded)) return true;
  const core = withoutEnds(folded);
  // Digits and signs alone are what dates and telephone numbers are made of.
  if (core.length === 0) return folded.length < MIN_OWN_CHARS * 2;
  return [core, withoutEnds(asLetters(folded)), asLetters(core)].some(isCommonWord);
}

function isCommonWord(word: string): boolean {
  const letters = word.replaceAll(/[^\p{L}\p{N}]/gu, '');
  return commonPasswords.has(letters) || isRepeatedWord(letters);
}

/** `secretsecret`, `adminadmin`. */
function isRepeatedWord(word: string): boolean {
  const half = word.slice(0, word.length / 2);
  return word.length % 2 === 0 && word === half + half && commonPasswords.has(half);
}

function withoutEnds(text: string): string {
  return text.replaceAll(/^[^\p{L}]+|[^\p{L}]+$/gu, '');
}

const letterFor: Readonly<Record<string, string>> = {
  '0': 'o',
  '1': 'i',
  '3': 'e',
  '4': 'a',
  '5': 's',
  '7': 't',
  '@': 'a',
  $: 's',
  '!': 'i',
};

function asLetters(text: string): string {
  return Array.from(text, (char) => letterFor[char] ?? char).join('');
}

function isRepeated(text: string): boolean {
  for (let length = 1; length <= MAX_REPEATED_CHARS; length++) {
    const piece = text.slice(0, length);
    if (piece.repeat(Math.ceil(text.length / length)).startsWith(text)) return true;
  }
  return false;
}

/** Made of one or two runs along a keyboard, the alphabet or the numbers, forwards or backwards. */
function isSequence(text: string): boolean {
  const runs = sequences.flatMap((row) => [row, reversed(row)]);
  if (runs.some((run) => run.includes(text))) return true;
  const longest = Math.max(...runs.map((run) => commonStart(text, run)));
  const rest = text.slice(longest);
  return longest >= MIN_PIECE_CHARS && (rest.length < MIN_PIECE_CHARS || runs.some((run) => run.includes(rest)));
}

/** How much of the beginning of a text is a piece of a run. */
function commonStart(text: string, run: string): number {
  let length = 0;
  while (length < text.length && run.includes(text.slice(0, length + 1))) length += 1;
  return length;
}

function reversed(text: string): string {
  return Array.from(text).toReversed().join('');
}

function isPersonal(folded: string, { name, email }: PasswordOwner): boolean {
  const own = [email, ...email.split(/[@.+_-]/), name, ...name.split(/\s+/), name.replaceAll(/\s/g, '')];
  const pieces = own
    .map((piece) => piece.normalize('NFKC').toLowerCase())
    .filter(({ length }) => length >= MIN_PIECE_CHARS);
  const left = pieces
    .sort((a, b) => b.length - a.length)
    .reduce((text, piece) => text.replaceAll(piece, ''), folded)
    .replaceAll(/[^\p{L}\p{N}]/gu, '');
  return left.length < MIN_OWN_CHARS && left.length < folded.replaceAll(/[^\p{L}\p{N}]/gu, '').length;
}
