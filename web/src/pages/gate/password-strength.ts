/** The server's own rule (NIST SP 800-63B: length, no composition); a breached password is refused by the server. */
export const MIN_PASSWORD_CHARACTERS = 12;

const GUESSES_PER_SECOND = 1e4; // argon2id on a rented cluster, rounded up
const YEAR_SECONDS = 31_557_600;

export interface Strength {
  /** 0 too short … 4 out of reach. */
  readonly level: 0 | 1 | 2 | 3 | 4;
  readonly words: string;
}

/**
 * A rough lower bound in the browser: characters that differ from their neighbours, times the size of the alphabet in
 * use. It only encourages; the server decides.
 */
export function strengthOf(password: string, known: readonly string[] = []): Strength {
  const characters = Array.from(password);
  if (characters.length < MIN_PASSWORD_CHARACTERS) {
    const missing = MIN_PASSWORD_CHARACTERS - characters.length;
    return { level: 0, words: `${missing} more ${missing === 1 ? 'character' : 'characters'}` };
  }
  if (known.some((word) => word.length > 3 && password.toLowerCase().includes(word.toLowerCase()))) {
    return { level: 1, words: 'contains your name or address' };
  }
  const bits = surprising(characters) * bitsPerCharacter(password);
  const years = 2 ** (bits - 1) / GUESSES_PER_SECOND / YEAR_SECONDS;
  if (years < 0.1) return { level: 1, words: 'easy to guess: too few words, or a pattern' };
  if (years < 1e3) return { level: 2, words: 'fair: another word would help' };
  if (years < 1e9) return { level: 3, words: 'good' };
  return { level: 4, words: 'out of reach of guessing' };
}

/** How many characters are neither a repeat nor the next in a run such as "abc" or "321". */
function surprising(characters: readonly string[]): number {
  const codes = characters.map((character) => character.codePointAt(0) ?? 0);
  const steps = codes.slice(1).map((code, index) => code - (codes[index] ?? 0));
  const fresh = steps.filter((step, index) => Math.abs(step) > 1 || step !== (steps[index - 1] ?? step + 2));
  const distinct = new Set(characters).size;
  return Math.min(fresh.length + 1, distinct * 2);
}

const BITS_PER_LETTER_OF_A_WORD = 2; // some 13 bits for a common word of six letters and its gap
const LETTERS_OF_A_WORD = /[a-z]{3,}/gi;

/** Letters in a row are taken for words, whatever they spell; anything else for a choice from the alphabet in use. */
function bitsPerCharacter(password: string): number {
  const inWords = password.match(LETTERS_OF_A_WORD)?.join('').length ?? 0;
  const share = inWords / password.length;
  return share * BITS_PER_LETTER_OF_A_WORD + (1 - share) * Math.log2(alphabetOf(password));
}

function alphabetOf(password: string): number {
  const sizes: readonly (readonly [pattern: RegExp, size: number])[] = [
    [/[a-z]/, 26],
    [/[A-Z]/, 26],
    [/\d/, 10],
    [/[^a-zA-Z\d]/, 33],
  ];
  return sizes.reduce((sum, [pattern, size]) => sum + (pattern.test(password) ? size : 0), 0);
}
