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
export function spdxIdOf(text: string): string | undefined {
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

/** `mit OR apache-2.0` with every id as SPDX spells it; undefined unless every part is known. Exceptions stay as they are. */
function expressionOf(text: string): string | undefined {
  if (!OPERATORS.test(text) || text.length > 500) return undefined;
  const parts = text.split(/(\s+(?:AND|OR|WITH)\s+|[()])/);
  let isException = false;
  const spelled = parts.map((part) => {
    const word = part.trim();
    if (word === '' || /^(?:AND|OR|WITH|[()])$/.test(word)) {
      isException = word === 'WITH' || (isException && word === '');
      return part;
    }
    if (isException) return /^[\w.+-]+$/.test(word) ? word : undefined;
    return spdxIdOf(word);
  });
  return spelled.includes(undefined) ? undefined : spelled.join('').replaceAll(/\s+/g, ' ').trim();
}

/** An SPDX expression for any licence: names become `LicenseRef-…`, as SPDX annex D has it. */
export function licenceExpression({ name, kind }: LicenceFact): string {
  if (kind !== 'name') return name;
  const suffix = name.replaceAll(/[^A-Za-z0-9.-]+/g, '-').replaceAll(/^-+|-+$/g, '');
  return `LicenseRef-${suffix === '' ? 'unnamed' : suffix}`;
}

const LICENCE_FILE = /^(?:licen[cs]e|copying|notice|unlicense)(?:[._-].*)?$/i;

/** True for the names under which a licence text lies in a folder. */
export function isLicenceFile(path: string): boolean {
  return LICENCE_FILE.test(path.split('/').at(-1) ?? '') && path.split('/').length <= 2;
}
