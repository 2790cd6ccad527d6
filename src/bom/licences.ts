import licences from './schemas/spdx-licences.json' with { type: 'json' };
import type { LicenceFact } from './facts.ts';

const idByLowerCase = new Map(licences.enum.map((id) => [id.toLowerCase(), id]));

/** Hub spellings that SPDX knows under another id. Families without a version (`gpl`, `cc`, `bsd`) stay names. */
const SPELLINGS: Readonly<Record<string, string>> = {
  'lgpl-lr': 'LGPLLR',
  'apache 2.0': 'Apache-2.0',
  'apache license 2.0': 'Apache-2.0',
  'mit license': 'MIT',
};

const OPERATORS = /\s+(?:AND|OR|WITH)\s+/;

/** The SPDX id of a licence, whatever its case; undefined when SPDX has none of that name. */
function spdxIdOf(text: string): string | undefined {
  const key = text.trim().toLowerCase();
  return idByLowerCase.get(key) ?? SPELLINGS[key];
}

/** What a licence field says: an SPDX id, an expression of such, or a name that SPDX does not know. */
export function licenceOf(text: string, url?: string): LicenceFact {
  const link = url === undefined ? {} : { url };
  const id = spdxIdOf(text);
  if (id !== undefined) return { name: id, kind: 'id', ...link };
  const expression = expressionOf(text);
  return expression === undefined
    ? { name: text, kind: 'name', ...link }
    : { name: expression, kind: 'expression', ...link };
}

/** Longer texts are no expression that somebody wrote. */
const MAX_EXPRESSION = 500;

/** `mit OR apache-2.0` with every id as SPDX spells it; undefined unless it is an expression of ids that SPDX knows. */
function expressionOf(text: string): string | undefined {
  if (!OPERATORS.test(text) || text.length > MAX_EXPRESSION) return undefined;
  const words = text.match(/[()]|[^\s()]+/g) ?? [];
  const spelled: string[] = [];
  let depth = 0;
  // What comes next: a licence or an opening bracket, or an operator or a closing one (SPDX annex D).
  let wanted: 'licence' | 'operator' | 'exception' = 'licence';
  for (const word of words) {
    const step = expressionStep(word, wanted);
    if (step === undefined) return undefined;
    depth += word === '(' ? 1 : word === ')' ? -1 : 0;
    if (depth < 0) return undefined;
    spelled.push(step.text);
    wanted = step.next;
  }
  return wanted === 'operator' && depth === 0
    ? spelled.join(' ').replaceAll('( ', '(').replaceAll(' )', ')')
    : undefined;
}

interface ExpressionStep {
  readonly text: string;
  readonly next: 'licence' | 'operator' | 'exception';
}

function expressionStep(word: string, wanted: ExpressionStep['next']): ExpressionStep | undefined {
  if (wanted === 'exception') return /^[\w.+-]+$/.test(word) ? { text: word, next: 'operator' } : undefined;
  if (wanted === 'operator') {
    if (word === ')') return { text: word, next: 'operator' };
    if (word === 'WITH') return { text: word, next: 'exception' };
    return word === 'AND' || word === 'OR' ? { text: word, next: 'licence' } : undefined;
  }
  if (word === '(') return { text: word, next: 'licence' };
  const id = spdxIdOf(word);
  return id === undefined ? undefined : { text: id, next: 'operator' };
}

/** An SPDX expression for any licence: names become `LicenseRef-…`, as SPDX annex D has it. */
export function licenceExpression({ name, kind }: LicenceFact): string {
  if (kind !== 'name') return name;
  const suffix = name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return `LicenseRef-${suffix === '' ? 'unnamed' : suffix}`;
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|unlicense)(?:[._-].*)?$/i;
/** Weights, code, data, or encrypted: nothing that a person reads as a licence, whatever the name. */
const NO_TEXT = /\.(?:age|bin|ckpt|gguf|h5|json|keras|npy|npz|onnx|pickle|pkl|pt|pth|py|safetensors|tar|tflite|zip)$/i;

/** True for the names under which a licence text lies in a folder. */
export function isLicenceFile(path: string): boolean {
  const parts = path.split('/');
  const name = parts.at(-1) ?? '';
  return parts.length <= 2 && LICENCE_FILE.test(name) && !NO_TEXT.test(name);
}
