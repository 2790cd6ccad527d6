import { closeSync, openSync, rmSync, statSync } from 'node:fs';
import { readAttestations } from '../../sign/attestation.ts';
import { readBundle } from '../../sign/bundle.ts';
import { SignError } from '../../sign/errors.ts';
import { signLimits } from '../../sign/limits.ts';
import { manifestDigest, pathFault, rootDigest, splitName, type Manifest } from '../../sign/manifest.ts';
import type { AttestedModel, Predicate } from '../../sign/predicates.ts';
import type { Signer } from '../../sign/signers.ts';
import { payloadOf, type ModelStatement } from '../../sign/statement.ts';
import { forgetUnfinished, OutputFile, rememberUnfinished } from '../output-file.ts';
import { WriteError } from '../write-error.ts';
import { checkWritable, refuseLink } from '../write-file.ts';
import { buildManifest, evidencePath, leftOut, type ManifestOptions } from './build-manifest.ts';
import { checkModel } from './check-model.ts';
import { failOnProblems } from './fail-on-problems.ts';
import { listModel } from './list-model.ts';
import { readIfThere } from './read-small-file.ts';

export interface AttestOptions extends Pick<ManifestOptions, 'ignorePaths' | 'jobs' | 'onProgress'> {
  readonly signer: Signer;
  /** The model's signature bundle; default: the one beside its files. Without one, the files are hashed afresh. */
  readonly signature?: string | undefined;
  /** Where attestations are kept; default: `model.intoto.jsonl` in a folder, `F.intoto.jsonl` beside a file F. */
  readonly output?: string | undefined;
  /** Makes what is attested, once it is known about what. */
  readonly predicates: (model: AttestedModel) => readonly Predicate[];
}

export interface AttestResult {
  readonly output: string;
  readonly signer: string;
  readonly rootDigest: string;
  readonly predicateTypes: readonly string[];
}

/**
 * Attests something about a model as it is on disk, and appends the statement to its attestations; a reader sees the
 * old file or the new one.
 * @throws ReadError, WriteError, SignError.
 */
export async function attestModel(target: string, options: AttestOptions): Promise<AttestResult> {
  const isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  const output = options.output ?? evidencePath(target, isFolder, 'attestations');
  const signature = options.signature ?? evidencePath(target, isFolder, 'signature');
  // Before the files are hashed, and before anything is entered into a log.
  refuseLink(output);
  checkWritable(output);
  checkAttestations(output, readIfThere(output, signLimits.maxAttestationsBytes) ?? new Uint8Array());
  const model = await attestedModel(target, signature, options);
  const predicates = options.predicates(model);
  const { manifest, rootDigest: sha256 } = model;
  const subjects = [{ name: manifest.modelName, sha256, manifestSha256: manifestDigest(manifest) }];
  const lines: string[] = [];
  for (const { predicateType, predicate } of predicates) {
    const text = await options.signer.sign(payloadOf({ subjects, predicateType, predicate }));
    readBundle(text);
    lines.push(text);
  }
  appendLines(output, lines);
  return {
    output,
    signer: options.signer.name,
    rootDigest: model.rootDigest,
    predicateTypes: predicates.map((one) => one.predicateType),
  };
}

async function attestedModel(target: string, signature: string, options: AttestOptions): Promise<AttestedModel> {
  const bytes = readIfThere(signature, signLimits.maxBundleBytes);
  if (bytes === null) {
    if (options.signature !== undefined) throw SignError.of('signature-missing', `there is no ${signature}`);
    const { manifest } = await buildManifest(target, options);
    return withSizes(target, { manifest, rootDigest: rootDigest(manifest.resources) }, options);
  }
  const { statement } = readBundle(bytes);
  if (statement.kind !== 'model')
    throw SignError.of('statement-unsupported', `${signature} is no signature of a model`);
  await checkFiles(target, statement, signature, options);
  return withSizes(target, { manifest: statement.manifest, rootDigest: statement.rootDigest }, options);
}

/** Who attests says something about these very files, whoever signed the manifest. */
async function checkFiles(
  target: string,
  statement: ModelStatement,
  signature: string,
  options: AttestOptions,
): Promise<void> {
  const { ignorePaths, jobs, onProgress } = options;
  const bySigner = statement.manifest.serialization.ignorePaths.filter(
    (one) => !/[*?[]/.test(one) && pathFault(one) === null,
  );
  const { problems } = await checkModel(target, statement, {
    ignorePaths: [...(ignorePaths ?? []), ...bySigner],
    signatureFiles: [signature],
    jobs,
    onProgress,
  });
  failOnProblems(problems);
}

function withSizes(
  target: string,
  model: { readonly manifest: Manifest; readonly rootDigest: string },
  options: AttestOptions,
): AttestedModel {
  const { serialization, resources } = model.manifest;
  const signed = new Set(resources.map(({ name }) => splitName(name, serialization.method).path));
  const { allowSymlinks } = serialization;
  const { files, isFolder } = listModel(target, { ...leftOut(target, options), allowSymlinks });
  const sizes = new Map(
    files.filter(({ path }) => !isFolder || signed.has(path)).map(({ path, size }) => [path, size]),
  );
  return { ...model, sizes };
}

function appendLines(file: string, lines: readonly string[]): void {
  const stateOf = (): string => {
    const stats = statSync(file, { throwIfNoEntry: false, bigint: true });
    return stats === undefined ? '' : `${stats.ino}:${stats.size}:${stats.ctimeNs}`;
  };
  const before = stateOf();
  const existing = readIfThere(file, signLimits.maxAttestationsBytes) ?? new Uint8Array();
  const output = OutputFile.create(file);
  try {
    output.append(existing);
    if (existing.length > 0 && existing.at(-1) !== 0x0a) output.append(Buffer.from('\n'));
    output.append(Buffer.from(lines.map((line) => `${line}\n`).join('')));
    whileLocked(file, () => {
      if (stateOf() !== before)
        throw SignError.of('file-changed', `${file}: another attestation was added meanwhile; run it again`);
      output.commit();
    });
  } finally {
    output.discard();
  }
}

/** A mistyped --output must not have a line added to what it names. @throws SignError `attestation-invalid`. */
function checkAttestations(file: string, content: Uint8Array): void {
  const [first] = readAttestations(content);
  if (first === undefined || 'statement' in first) return;
  throw SignError.of('attestation-invalid', `${file} holds no attestations: ${first.error.message}`);
}

/** Between the last look at a file and its replacement nobody else may replace it: what they added would be lost. */
function whileLocked(file: string, work: () => void): void {
  const lock = `${file}.lock`;
  try {
    closeSync(openSync(lock, 'wx', 0o600));
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw WriteError.of(lock, error);
    throw SignError.of('file-changed', `${file}: another attestation is being added (if none is, remove ${lock})`);
  }
  const held = { discard: (): void => rmSync(lock, { force: true }) };
  rememberUnfinished(held);
  try {
    work();
  } finally {
    held.discard();
    forgetUnfinished(held);
  }
}
