/** A policy as it stands in the text. Offsets in UTF-16 characters. */
export interface Statement {
  readonly text: string;
  readonly start: number;
  readonly end: number;
}

/** What is wrong with a text before Cedar is asked. */
export interface TextFault {
  readonly message: string;
  readonly start: number;
  readonly end: number;
}

const policyLimits = {
  /** As in the contract. */
  maxCharacters: 200_000,
  /** Measured: checking 500 policies of 20 conditions each takes a fifth of a second. */
  maxPolicies: 500,
  maxNesting: 32,
  /** See `depthOf`. */
  maxDepth: 0.6,
} as const;

/** Comments, strings, names and numbers, operators of two characters, anything else. Linear: no alternative can match what another one left. */
const TOKEN = /\/\/[^\n\r]*|"(?:[^"\\]|\\[^])*"|[A-Za-z_]\w*|\d+|::|&&|\|\||[=!<>]=|\S/g;

const opening = new Set(['(', '[', '{']);
const closing = new Set([')', ']', '}']);
const chaining = new Set(['.', '+', '-', '*', 'if']);
const joining = new Set(['&&', '||']);

/**
 * How much of Cedar's stack a policy may need, 1 being about where it breaks. Cedar parses and evaluates by recursion, and its WebAssembly
 * has a small stack: measured with 4.13, 200 nested brackets, 500 chained accesses, sums or conditionals, or 3000 chained `&&` end in
 * "memory access out of bounds", after which the instance never answers again. The sum is safe whatever contains what.
 */
const share = { nesting: 1 / 100, chaining: 1 / 200, joining: 1 / 1000 } as const;

interface Measured {
  nesting: number;
  deepest: number;
  chained: number;
  joined: number;
}

const nothing = (): Measured => ({ nesting: 0, deepest: 0, chained: 0, joined: 0 });

/** Splits a text into its policies and refuses what Cedar could not bear. Everything else that is wrong is left to Cedar. */
export function splitPolicies(text: string): {
  readonly statements: readonly Statement[];
  readonly faults: readonly TextFault[];
} {
  if (text.length > policyLimits.maxCharacters)
    return refused(text, `at most ${policyLimits.maxCharacters} characters`);
  const statements: Statement[] = [];
  const faults: TextFault[] = [];
  let start = -1;
  let end = 0;
  let measured = nothing();
  const finish = (): void => {
    if (start < 0) return;
    statements.push({ text: text.slice(start, end), start, end });
    if (depthOf(measured) > policyLimits.maxDepth || measured.deepest > policyLimits.maxNesting) {
      faults.push({ message: 'expected a simpler policy: this one nests or chains too much', start, end });
    }
    start = -1;
    measured = nothing();
  };
  for (const token of text.matchAll(TOKEN)) {
    if (token[0].startsWith('//')) continue;
    if (start < 0) start = token.index;
    end = token.index + token[0].length;
    measure(measured, token[0]);
    if (token[0] === ';') finish();
  }
  finish();
  if (statements.length > policyLimits.maxPolicies)
    return refused(text, `at most ${policyLimits.maxPolicies} policies`);
  return { statements, faults };
}

function refused(text: string, expected: string): ReturnType<typeof splitPolicies> {
  return { statements: [], faults: [{ message: `expected ${expected}`, start: 0, end: text.length }] };
}

function measure(measured: Measured, token: string): void {
  if (opening.has(token)) measured.nesting += 1;
  else if (closing.has(token)) measured.nesting -= 1;
  else if (chaining.has(token)) measured.chained += 1;
  else if (joining.has(token)) measured.joined += 1;
  measured.deepest = Math.max(measured.deepest, measured.nesting);
}

function depthOf(measured: Measured): number {
  return measured.deepest * share.nesting + measured.chained * share.chaining + measured.joined * share.joining;
}
