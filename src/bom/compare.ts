import type { Verdict } from '../scan/report.ts';
import { verdicts } from '../scan/report.ts';
import { worse } from '../scan/verdict.ts';
import type { FileFact, ModelFacts } from './facts.ts';
import { listedName } from './listed-name.ts';
import type { Claim, ListedModel } from './read-bom.ts';
import { totalsByFormat, type TensorTotals } from './tensor-totals.ts';

type DifferenceCode =
  | 'root-digest-differs'
  | 'root-digest-missing'
  | 'file-missing'
  | 'file-unlisted'
  | 'file-listed-twice'
  | 'file-differs'
  | 'file-without-digest'
  | 'count-differs'
  | 'verdict-differs';

/** One thing that a bill of materials says and the files do not, or the other way round. */
export interface Difference {
  readonly code: DifferenceCode;
  /** A file's path; '' for the model as a whole. */
  readonly path: string;
  readonly listed: string;
  readonly measured: string;
}

/** What a bill of materials says, against what the files are now. */
export function compareBom(listed: ListedModel, facts: ModelFacts): readonly Difference[] {
  const files = compareFiles(listed, facts);
  // Other files have other sums, which tells nobody anything.
  const sums = files.length > 0 ? [] : wrongClaims('', listed.claims, modelMeasures(facts));
  return [...compareRoot(listed, facts), ...files, ...sums, ...compareFileClaims(listed, facts)];
}

const IN_WORDS: Readonly<Record<DifferenceCode, string>> = {
  'root-digest-differs': 'it is about other files: its root digest is another one',
  'root-digest-missing': 'it does not say which files it is about: it has no root digest',
  'file-missing': 'it lists a file that is not there',
  'file-unlisted': 'it does not list a file that is there',
  'file-listed-twice': 'it lists a file twice',
  'file-differs': 'it lists a file with another content',
  'file-without-digest': 'it lists a file without its digest',
  'count-differs': 'it states a wrong number',
  'verdict-differs': 'it states a better verdict than was found now',
};

/** For somebody who does not know the codes. */
export function differenceInWords({ code, path, listed }: Difference): string {
  const number = code === 'count-differs' ? ` (${listed})` : '';
  return `${IN_WORDS[code]}${number}${path === '' ? '' : `, ${path}`}`;
}

function compareRoot({ rootDigests }: ListedModel, { root }: ModelFacts): readonly Difference[] {
  const at = { path: '', measured: root.sha256 };
  if (rootDigests.length === 0) return [{ ...at, code: 'root-digest-missing', listed: '' }];
  const wrong = rootDigests.filter((one) => one !== root.sha256);
  return wrong.map((one) => ({ ...at, code: 'root-digest-differs', listed: one }));
}

function compareFiles({ files }: ListedModel, facts: ModelFacts): readonly Difference[] {
  const measured = new Map(facts.files.map(({ path, sha256 }) => [listedName(path), sha256]));
  const differences: Difference[] = [];
  const seen = new Set<string>();
  for (const { path, sha256 } of files) {
    const now = measured.get(path);
    // A reader of the document may take either of the two for what it says.
    if (seen.has(path)) differences.push({ code: 'file-listed-twice', path, listed: sha256[0] ?? '', measured: '' });
    seen.add(path);
    if (now === undefined) differences.push({ code: 'file-missing', path, listed: sha256[0] ?? '', measured: '' });
    else if (sha256.length === 0) differences.push({ code: 'file-without-digest', path, listed: '', measured: now });
    else differences.push(...wrongDigests(path, sha256, now));
  }
  for (const [path, digest] of measured) {
    if (!seen.has(path)) differences.push({ code: 'file-unlisted', path, listed: '', measured: digest });
  }
  return differences;
}

function wrongDigests(path: string, listed: readonly string[], measured: string): readonly Difference[] {
  const wrong = listed.filter((one) => one !== measured);
  return wrong.map((one) => ({ code: 'file-differs', path, listed: one, measured }));
}

/** Only what the document states: one of another program has no counts, and that is no difference. */
function compareFileClaims(listed: ListedModel, facts: ModelFacts): readonly Difference[] {
  const totals = new Map(facts.tensors.map((one) => [one.path, one]));
  const measured = new Map(facts.files.map((one) => [listedName(one.path), fileMeasures(one, totals.get(one.path))]));
  return listed.files.flatMap(({ path, claims }) => wrongClaims(path, claims, measured.get(path)));
}

type Measures = Readonly<Record<string, number | Verdict>>;

function fileMeasures({ size, verdict }: FileFact, totals: TensorTotals | undefined): Measures {
  return { size, verdict, ...(totals === undefined ? {} : tensorMeasures(totals, '')) };
}

function modelMeasures({ files, tensors, verdict }: ModelFacts): Measures {
  const byFormat = totalsByFormat(tensors).map((one) => tensorMeasures(one, `:${one.format}`));
  const bytes = files.reduce((sum, one) => sum + one.size, 0);
  return Object.assign({ files: files.length, bytes, verdict }, ...byFormat) as Measures;
}

function tensorMeasures({ tensors, parameters, bytes }: TensorTotals, suffix: string): Measures {
  return { [`tensors${suffix}`]: tensors, [`parameters${suffix}`]: parameters, [`tensorBytes${suffix}`]: bytes };
}

/** What is said of a file that is not there is told once, as that. */
function wrongClaims(path: string, claims: readonly Claim[], measures: Measures | undefined): readonly Difference[] {
  if (measures === undefined) return [];
  return claims.flatMap(({ name, value }): readonly Difference[] => {
    const now = measures[name];
    // Of one file by element type, which nothing is compared with.
    if (now === undefined && name.includes(':') && path !== '') return [];
    if (name === 'verdict') return isWorse(now as Verdict, value) ? [difference('verdict-differs', value, now)] : [];
    return String(now) === value ? [] : [difference('count-differs', `${name} ${value}`, now)];
  });

  function difference(code: DifferenceCode, said: string, now: number | Verdict | undefined): Difference {
    return { code, path, listed: said, measured: now === undefined ? 'nothing of the kind' : String(now) };
  }
}

/** A better verdict than that of the document may be what a policy accepted since, and misleads nobody. */
function isWorse(now: Verdict, listed: string): boolean {
  const known = verdicts.find((one) => one === listed);
  return known === undefined || worse(now, known) !== known;
}
