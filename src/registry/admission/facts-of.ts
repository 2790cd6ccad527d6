import type { LicenceFact, ModelFacts } from '../../bom/facts.ts';
import { licenceOf } from '../../bom/licences.ts';
import type { VersionSource } from '../../contract/types/registry.ts';
import { severities } from '../../rules/rule.ts';
import type { ArtifactReport } from '../../scan/report.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { worse } from '../../scan/verdict.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import { type AdmissionFacts, MAX_LISTED, MAX_TEXT, type SourceSigner, sourceSigner } from './facts.ts';
import { formatsOf, isPickle } from './format-groups.ts';

export interface Examined {
  readonly model: {
    readonly name: string;
    readonly classification: AdmissionFacts['model']['classification'];
    readonly tags: readonly string[];
    /** What its owners say; counts beside what the files say. */
    readonly licence: string | null;
  };
  readonly source: VersionSource;
  readonly report: ScanReport;
  readonly facts: ModelFacts;
  /**
   * Who signed every file, verified with `signingTrust(policy)`; `unverified`: why others do not count. Null: nobody looked.
   */
  readonly signatures: { readonly signers: readonly SourceSigner[]; readonly unverified: readonly string[] } | null;
  /** What a dry run of the conversion refused, as `PATH: REASON`. Null: it was not tried. */
  readonly conversion: { readonly refused: readonly string[] } | null;
  readonly examinedAtMs: number;
}

/** Where a licence comes from that the registry knows, not a file. */
const OWNER = 'owner';
/** Characters of a text with room for what `visibleShort` adds. */
const SHOWN_TEXT = MAX_TEXT - 40;

/** What was found out about a version, small enough to be kept beside it. Pure. */
export function factsOf({ model, source, report, facts, ...examined }: Examined): AdmissionFacts {
  const { artifacts } = report;
  const largest = artifacts.reduce<ArtifactReport | undefined>(
    (best, one) => (best === undefined || one.size > best.size ? one : best),
    undefined,
  );
  return {
    schema: 1,
    model: {
      name: short(model.name),
      classification: model.classification,
      tags: model.tags.slice(0, 64).map(short),
    },
    source: shortSource(source),
    verdict: worse(report.verdict, facts.verdict),
    examinedAtMs: examined.examinedAtMs,
    files: Math.max(artifacts.length, facts.files.length),
    bytes: artifacts.reduce((sum, { size }) => sum + size, 0),
    largest: largest === undefined ? null : { path: short(largest.path), bytes: largest.size },
    formats: formatsFound(artifacts),
    findings: findingsFound(report, facts),
    licences: licencesFound(facts, model.licence),
    code: codeFound(artifacts),
    signatures: signaturesFound(examined.signatures),
    conversion: conversionFound(artifacts, examined.conversion),
  };
}

function short(text: string): string {
  return visibleShort(text, SHOWN_TEXT);
}

function shortSource(source: VersionSource): VersionSource {
  if (source.kind === 'upload') return source;
  const { endpoint, repository, revision } = source;
  return { kind: 'hub', endpoint: short(endpoint), repository: short(repository), revision: short(revision) };
}

function bounded<Item>(items: readonly Item[]): { items: Item[]; total: number } {
  return { items: items.slice(0, MAX_LISTED), total: items.length };
}

function texts(items: readonly string[]): { items: string[]; total: number } {
  const { items: kept, total } = bounded(items);
  return { items: kept.map(short), total };
}

function formatsFound(artifacts: readonly ArtifactReport[]): AdmissionFacts['formats'] {
  const byId = new Map<string, { id: string; files: number; example: string }>();
  for (const { format, path } of artifacts) {
    const known = byId.get(format);
    if (known === undefined) byId.set(format, { id: short(format), files: 1, example: short(path) });
    else known.files += 1;
  }
  return bounded([...byId.values()]);
}

interface FoundFinding {
  ruleId: string;
  severity: (typeof severities)[number];
  count: number;
  example: string;
}

/** By rule and severity, the worst first, so that what is cut is what matters least. Accepted findings do not count. */
function findingsFound(report: ScanReport, facts: ModelFacts): AdmissionFacts['findings'] {
  const byKind = new Map<string, FoundFinding>();
  // Both list the findings of files; what only one of them has counts all the same.
  for (const finding of [...facts.findings, ...report.artifacts.flatMap(({ findings }) => findings)]) {
    if (finding.suppressed !== undefined) continue;
    const { ruleId, severity, location } = finding;
    const key = `${severity} ${ruleId}`;
    const known = byKind.get(key);
    if (known === undefined) byKind.set(key, { ruleId, severity, count: 0, example: short(location.path) });
  }
  for (const { ruleId, severity, suppressed } of report.artifacts.flatMap(({ findings }) => findings)) {
    const known = byKind.get(`${severity} ${ruleId}`);
    if (known !== undefined && suppressed === undefined) known.count += 1;
  }
  const worstFirst = [...byKind.values()].sort(
    (a, b) => severities.indexOf(a.severity) - severities.indexOf(b.severity) || (a.ruleId < b.ruleId ? -1 : 1),
  );
  return bounded(worstFirst);
}

function licencesFound(facts: ModelFacts, ofOwner: string | null): AdmissionFacts['licences'] {
  const stated = facts.statements.licences.map(({ value, origin }) => licence(value, originOf(origin.file)));
  const owner = ofOwner === null || ofOwner === '' ? [] : [licence(licenceOf(ofOwner), OWNER)];
  return bounded([...owner, ...stated]);
}

/** A file of that name does not speak for its owner. */
const originOf = (file: string): string => short(file === OWNER ? `./${file}` : file);

/** A name that had to be cut is no id and no expression any more. */
function licence(
  { name, kind }: LicenceFact,
  origin: string,
): NonNullable<AdmissionFacts['licences']>['items'][number] {
  const shown = short(name);
  return { name: shown, kind: shown === name ? kind : 'name', origin };
}

/** Findings that say: a loader that is allowed to would run code for this. */
const REMOTE_CODE: ReadonlySet<string> = new Set([
  'hf-attention-kernel',
  'hf-auto-map',
  'hf-cross-repository',
  'hf-trust-remote-code',
  'peft-import',
  'sentence-transformers-module',
]);

function codeFound(artifacts: readonly ArtifactReport[]): AdmissionFacts['code'] {
  const python = artifacts.filter(({ format, path }) => formatsOf(format).includes('python-source') || isPython(path));
  const remote = artifacts.filter(({ findings }) => findings.some(({ ruleId }) => REMOTE_CODE.has(ruleId)));
  return { python: texts(python.map(({ path }) => path)), remote: texts(remote.map(({ path }) => path)) };
}

function isPython(path: string): boolean {
  return /\.(?:py|pyc|pyd|pyi|pyw|ipynb)$/i.test(path);
}

/** Somebody whose name does not fit cannot be compared, and counts as not verified. */
function signaturesFound(found: Examined['signatures']): AdmissionFacts['signatures'] {
  if (found === null) return null;
  const parsed = found.signers.map((signer) => sourceSigner.safeParse(fieldsOf(signer)));
  const signers = parsed.flatMap(({ data }) => (data === undefined ? [] : [data]));
  const tooLong = parsed.filter(({ success }) => !success).map(() => 'the name of a signer is too long');
  return { signers: bounded(signers), unverified: texts([...found.unverified, ...tooLong]) };
}

/** Without what a verification says beside. */
function fieldsOf(signer: SourceSigner): SourceSigner {
  if (signer.method === 'key') return { method: 'key', fingerprint: signer.fingerprint };
  if (signer.method === 'keyless') {
    return { method: 'keyless', identity: signer.identity, issuer: signer.issuer };
  }
  const { subject, fingerprint, keyFingerprint, rootFingerprint } = signer;
  return { method: 'certificate', subject, fingerprint, keyFingerprint, rootFingerprint };
}

function conversionFound(
  artifacts: readonly ArtifactReport[],
  tried: Examined['conversion'],
): AdmissionFacts['conversion'] {
  const needed = artifacts.filter(({ format }) => isPickle(format)).map(({ path }) => path);
  return { needed: texts(needed), refused: tried === null ? null : texts(tried.refused) };
}
