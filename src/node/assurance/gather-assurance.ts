import { basename, dirname, join, resolve } from 'node:path';
import { lstatSync } from 'node:fs';
import { assess, type GatheringProblem } from '../../assurance/assess.ts';
import { CLEANING_RECORD, parseCleaning } from '../../assurance/cleaning.ts';
import {
  attesterOf,
  checkAttestations,
  checkSignature,
  unmetPolicy,
  type CheckedStatement,
  type EvidenceContext,
  type EvidenceFile,
} from '../../assurance/evidence.ts';
import type { AssuranceReport, EvidenceItem } from '../../assurance/schema.ts';
import { SEALED_HEAD_BYTES, sealedRecipients } from '../../assurance/sealed.ts';
import { compareBom, differenceInWords } from '../../bom/compare.ts';
import { BomError } from '../../bom/errors.ts';
import type { ModelFacts } from '../../bom/facts.ts';
import { parseBom } from '../../bom/parse-bom.ts';
import { readBom } from '../../bom/read-bom.ts';
import { evidencePaths } from '../../bom/root-digest.ts';
import { schemaProblems } from '../../bom/validate.ts';
import { CodedError } from '../../bytes/errors.ts';
import { defaultLimits } from '../../bytes/limits.ts';
import { readBytes } from '../../bytes/source.ts';
import { ruleIndex } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { signLimits } from '../../sign/limits.ts';
import { defaultIgnorePaths, evidenceNames } from '../../sign/manifest.ts';
import { gatherFacts, type GatherOptions } from '../bom/gather-facts.ts';
import { FileSource } from '../file-source.ts';
import { openable, rawPath, type RawPath } from '../raw-path.ts';
import { listModel } from '../sign/list-model.ts';
import type { LoadedTrust } from '../sign/load-trust.ts';

/** Told one by one; a folder of links has one for each file. */
const MAX_LINKS = 20;

export interface AssuranceOptions extends GatherOptions {
  /** Whom to believe; without it signatures are listed as not verified. */
  readonly trust?: LoadedTrust | undefined;
  readonly now?: Date | undefined;
}

/** Scans a model anew, checks every evidence file beside it, and draws the conclusion. @throws CodedError. */
export async function gatherAssurance(path: string, options: AssuranceOptions = {}): Promise<AssuranceReport> {
  const problems: GatheringProblem[] = [];
  const onProblem = ({ code, message }: BomError): void => void problems.push({ code, message });
  const { facts, scan } = await gatherFacts(path, { ...options, onProblem });
  const { rules } = await import('../../rules/index.ts');
  const beside = new Beside(path, facts.isFolder, problems);
  const { sha256: rootDigest, manifestSha256 } = facts.root;
  const context = { trust: null, policy: null, ...options.trust, rootDigest, manifestSha256 };
  const statements = checkStatements(beside, context);
  problems.push(...linkProblems(path, statements));
  const evidence = [...statements.map(({ item }) => item), ...(await bomItems(beside, facts, statements))];
  const record = cleaningRecord(beside, facts, path);
  const cleaning = record === undefined ? null : parseCleaning(decode(record.content), record.file, facts.files);
  return assess({
    path,
    createdAt: options.now ?? new Date(),
    facts,
    scan,
    problems,
    evidence,
    claims: statements.flatMap(({ claim, item }) => (claim === null ? [] : [{ claim, state: item.state }])),
    unmetPolicy: unmetPolicy(statements, context),
    cleaning,
    sealed: sealedFiles(beside, facts),
    notes:
      cleaning === null && record !== undefined ? [`${record.file} was not read: it is no record of cleaning`] : [],
    rules: ruleIndex(rules),
  });
}

/** Files of the model's folder, or those beside a single file. */
class Beside {
  readonly names: ReturnType<typeof evidencePaths>;
  readonly #folder: string;
  readonly #problems: GatheringProblem[];

  constructor(path: string, isFolder: boolean, problems: GatheringProblem[]) {
    this.names = evidencePaths(basename(path), isFolder);
    this.#folder = isFolder ? resolve(path) : dirname(path);
    this.#problems = problems;
  }

  /**
   * The first bytes of a file, all of them unless it is longer; undefined when there is no such file. One that is there
   * and cannot be read is a problem: what it says might have decided the answer.
   */
  read(name: string, maxBytes: number, isHead = false): EvidenceFile | undefined {
    const file = rawPath(join(this.#folder, name));
    if (!exists(file)) return undefined;
    try {
      const source = FileSource.open(file, isHead ? undefined : maxBytes);
      try {
        return { file: visible(name), content: readBytes(source, 0, Math.min(source.size, maxBytes)) };
      } finally {
        source.close();
      }
    } catch (error) {
      if (!(error instanceof CodedError)) throw error;
      this.#problems.push({ code: 'file-unreadable', message: `${visible(name)} could not be read: ${error.message}` });
      return undefined;
    }
  }
}

/** False for names that no file can have; a link that leads nowhere is there. */
function exists(file: RawPath): boolean {
  try {
    return lstatSync(openable(file), { throwIfNoEntry: false }) !== undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENAMETOOLONG') return false;
    return true;
  }
}

/** Links in a model whose signer said that there are none: what they lead to can change without it. */
function linkProblems(path: string, statements: readonly CheckedStatement[]): readonly GatheringProblem[] {
  const serialization = statements.find((one) => one.serialization !== undefined)?.serialization;
  if (serialization === undefined || serialization.allowSymlinks) return [];
  const { problems } = listModel(path, {
    ignored: new Set(defaultIgnorePaths),
    ignoredFiles: new Set(Object.values(evidenceNames)),
    allowSymlinks: false,
  });
  return problems.filter(({ code }) => code === 'symlink-refused').slice(0, MAX_LINKS);
}

function checkStatements(beside: Beside, context: EvidenceContext): readonly CheckedStatement[] {
  const signature = beside.read(beside.names.signature, signLimits.maxBundleBytes);
  const attestations = beside.read(beside.names.attestations, signLimits.maxAttestationsBytes);
  return [
    ...(signature === undefined ? [] : [checkSignature(signature, context)]),
    ...(attestations === undefined ? [] : checkAttestations(attestations, context)),
  ];
}

async function bomItems(
  beside: Beside,
  facts: ModelFacts,
  statements: readonly CheckedStatement[],
): Promise<readonly EvidenceItem[]> {
  const items: EvidenceItem[] = [];
  for (const name of [beside.names.cyclonedx, beside.names.spdx]) {
    const found = beside.read(name, defaultLimits.maxDocumentBytes);
    if (found !== undefined) items.push(await bomItem(found, facts, statements));
  }
  return items;
}

async function bomItem(
  { file, content }: EvidenceFile,
  facts: ModelFacts,
  statements: readonly CheckedStatement[],
): Promise<EvidenceItem> {
  const base = { file, kind: 'bill of materials', what: 'document', signer: null } as const;
  try {
    const document = parseBom(content, file);
    const listed = readBom(document, file);
    const problems = await schemaProblems(document, listed.schema);
    const differences = compareBom(listed, facts);
    const [wrong] = [
      ...problems.map((one) => `not valid by its schema: ${one}`),
      ...differences.map(differenceInWords),
    ];
    if (wrong !== undefined) return { ...base, what: listed.schema, state: 'invalid', detail: wrong };
    const signer = attesterOf(document, statements);
    const detail = 'valid by its schema, and lists exactly these files';
    if (signer !== undefined) return { ...base, what: listed.schema, state: 'verified', signer, detail };
    return { ...base, what: listed.schema, state: 'not-verified', detail: `${detail}; nobody trusted attested it` };
  } catch (error) {
    if (error instanceof BomError) return { ...base, state: 'invalid', detail: error.message };
    throw error;
  }
}

/** In the folder, or beside what was cleaned: a record quotes what was taken out, so most keep it outside. */
function cleaningRecord(beside: Beside, { isFolder }: ModelFacts, path: string): EvidenceFile | undefined {
  const outside = `${basename(resolve(path))}.cleaning.json`;
  return (
    beside.read(isFolder ? CLEANING_RECORD : outside, defaultLimits.maxDocumentBytes) ??
    (isFolder ? beside.read(join('..', outside), defaultLimits.maxDocumentBytes) : undefined)
  );
}

function decode(bytes: Uint8Array): string {
  return new TextDecoder().decode(bytes);
}

function sealedFiles(beside: Beside, { files, isFolder }: ModelFacts): AssuranceReport['sealed'] {
  return files.flatMap(({ path }) => {
    const head = beside.read(isFolder ? path : basename(path), SEALED_HEAD_BYTES, true);
    const recipients = head === undefined ? null : sealedRecipients(head.content);
    return recipients === null ? [] : [{ path: visible(path), recipients: [...recipients] }];
  });
}
