import { statSync } from 'node:fs';
import { readBundle, type Bundle } from '../../sign/bundle.ts';
import { SignError, type Problem } from '../../sign/errors.ts';
import { signLimits } from '../../sign/limits.ts';
import { manifestDigest, rootDigests, splitName } from '../../sign/manifest.ts';
import { signerName, unmetBy } from '../../sign/policy.ts';
import type { ModelStatement } from '../../sign/statement.ts';
import { verifyBundle, type VerifiedSigner } from '../../sign/verify-bundle.ts';
import { evidencePath, type ManifestOptions } from './build-manifest.ts';
import { checkEvidence, type CheckedAttestation } from './check-evidence.ts';
import { checkModel, type ModelCheck, type Uncovered } from './check-model.ts';
import { checkSource, type SourceCheck } from './check-source.ts';
import { loadTrust, type LoadedTrust, type TrustFiles } from './load-trust.ts';
import { readIfThere } from './read-small-file.ts';

export interface VerifyOptions extends TrustFiles, Pick<ManifestOptions, 'ignorePaths' | 'jobs' | 'onProgress'> {
  /** Bundles to verify; default: the one beside the model's files. All must be about the same files. */
  readonly signatures?: readonly string[] | undefined;
  readonly ignoreUnsignedFiles?: boolean | undefined;
  /** Attestations that do not hold, or whose signer is not trusted, are a failure too. */
  readonly attestations?: boolean | undefined;
  /** What the model was made from, to be compared with what its conversion says. */
  readonly source?: string | undefined;
}

/** Who signed, under which name of the policy. */
export interface ReportedSigner extends VerifiedSigner {
  readonly file: string;
  /** The policy's name; null without a policy, or for somebody it does not know. */
  readonly name: string | null;
}

/** Everything `verify` found out. */
export interface VerifyReport {
  readonly schemaVersion: '1.0';
  readonly target: string;
  readonly ok: boolean;
  readonly signers: readonly ReportedSigner[];
  readonly model: SignedModel | null;
  readonly coveredFiles: number;
  readonly coveredBytes: number;
  readonly uncovered: readonly Uncovered[];
  readonly attestations: readonly CheckedAttestation[];
  readonly source: SourceCheck | null;
  readonly problems: readonly Problem[];
  readonly notes: readonly string[];
}

interface SignedModel {
  readonly name: string;
  /** As signed; what attestations name. */
  readonly rootDigest: string;
  /** The same files in both orders in use. */
  readonly rootDigests: { readonly codePoint: string; readonly pathComponent: string };
  readonly method: string;
  readonly hash: string;
  readonly resources: number;
}

/**
 * Verifies a model: who signed it, that it is what was signed, that nothing else is in it, and what is attested.
 * What is wrong with the model is in the report; what keeps the work from being done is thrown.
 * @throws ReadError, SignError with exit code 2.
 */
export async function verifyModel(target: string, options: VerifyOptions): Promise<VerifyReport> {
  return new Verification(target, options).run();
}

interface Found extends Partial<Pick<ModelCheck, 'coveredFiles' | 'coveredBytes' | 'uncovered'>> {
  readonly signers: readonly ReportedSigner[];
  readonly statement: ModelStatement | undefined;
  readonly attestations?: readonly CheckedAttestation[] | undefined;
  readonly source?: SourceCheck | null | undefined;
}

class Verification {
  readonly #target: string;
  readonly #options: VerifyOptions;
  readonly #loaded: LoadedTrust;
  readonly #isFolder: boolean;
  readonly #problems: Problem[] = [];
  readonly #notes: string[] = [];
  /** Of the first signature; the others must be of the same model. */
  #first: ModelStatement | undefined;

  constructor(target: string, options: VerifyOptions) {
    this.#target = target;
    this.#options = options;
    this.#loaded = loadTrust(options);
    this.#isFolder = statSync(target, { throwIfNoEntry: false })?.isDirectory() ?? false;
  }

  async run(): Promise<VerifyReport> {
    const { signatures = [] } = this.#options;
    // An empty list names none, and must not mean that none is needed.
    const files = signatures.length > 0 ? signatures : [evidencePath(this.#target, this.#isFolder, 'signature')];
    const signers: ReportedSigner[] = [];
    const statements: ModelStatement[] = [];
    for (const file of files) {
      const verified = await this.#attempt(() => this.#verifySignature(file));
      if (verified === undefined) continue;
      signers.push(verified.signer);
      statements.push(verified.statement);
    }
    const [statement] = statements;
    // Files are only worth hashing once somebody trusted says what they should be.
    if (statement === undefined || this.#problems.length > 0) return this.#report({ signers, statement });
    this.#notes.push(...statement.notes);
    const found = { signers, statement };
    const check = await this.#attempt(() => this.#checkFiles(statement, files));
    const attestations = await this.#attempt(() => this.#checkEvidence(statement, files));
    const source = await this.#attempt(() => this.#checkSource(attestations ?? []));
    this.#checkPolicy(signers, attestations ?? []);
    return this.#report({ ...found, ...check, attestations, source });
  }

  #verifySignature(file: string): { readonly signer: ReportedSigner; readonly statement: ModelStatement } {
    const bytes = readIfThere(file, signLimits.maxBundleBytes);
    if (bytes === null) throw SignError.of('signature-missing', `there is no ${file}`);
    const bundle: Bundle = readBundle(bytes);
    const verified = verifyBundle(bundle, this.#loaded.trust);
    this.#notes.push(...verified.notes);
    if (bundle.statement.kind !== 'model') {
      throw SignError.of('statement-unsupported', `${file} is an attestation, not a signature of a model`);
    }
    this.#checkSame(bundle.statement);
    return { signer: { ...verified, file, name: this.#nameOf(verified) }, statement: bundle.statement };
  }

  #nameOf({ signer }: VerifiedSigner): string | null {
    const { policy } = this.#loaded;
    return policy === null ? null : signerName(policy.policy, signer, policy.files);
  }

  async #checkFiles(statement: ModelStatement, signatureFiles: readonly string[]): Promise<ModelCheck> {
    const { ignorePaths = [], ignoreUnsignedFiles, jobs, onProgress } = this.#options;
    const allowed = [...ignorePaths, ...(this.#loaded.policy?.policy.ignorePaths ?? [])];
    const check = await checkModel(this.#target, statement, {
      ignorePaths: allowed,
      signatureFiles,
      ignoreUnsignedFiles,
      jobs,
      onProgress,
    });
    this.#problems.push(...check.problems);
    this.#notes.push(...check.notes);
    return check;
  }

  #checkEvidence(statement: ModelStatement, signatureFiles: readonly string[]): readonly CheckedAttestation[] {
    const { ignorePaths = [], attestations, ignoreUnsignedFiles } = this.#options;
    const { resources, serialization } = statement.manifest;
    const evidence = checkEvidence(this.#target, {
      isFolder: this.#isFolder,
      subject: { rootDigest: statement.rootDigest, manifestSha256: manifestDigest(statement.manifest) },
      trust: this.#loaded.trust,
      nameOf: (verified) => this.#nameOf(verified),
      mustHold: attestations ?? false,
      ignored: new Set([...ignorePaths, ...(this.#loaded.policy?.policy.ignorePaths ?? [])]),
      signed: new Set(resources.map(({ name }) => splitName(name, serialization.method).path)),
      signatureFiles,
      ignoreUnsignedFiles: ignoreUnsignedFiles ?? false,
    });
    this.#problems.push(...evidence.problems);
    this.#notes.push(...evidence.notes);
    if (attestations === true && evidence.attestations.length === 0) this.#notes.push('there are no attestations');
    return evidence.attestations;
  }

  async #checkSource(attestations: readonly CheckedAttestation[]): Promise<SourceCheck | null> {
    const { source, jobs, onProgress } = this.#options;
    if (source === undefined) return null;
    const check = await checkSource(source, attestations, { jobs, onProgress });
    this.#problems.push(...check.problems);
    return check;
  }

  #checkPolicy(signers: readonly ReportedSigner[], attestations: readonly CheckedAttestation[]): void {
    const { policy, trust } = this.#loaded;
    if (policy === null) return;
    const known = attestations.flatMap(({ claim, signer, name }) =>
      claim === null || signer === null ? [] : [{ claim, signer: name }],
    );
    this.#problems.push(...unmetBy(policy.policy, { signers, attestations: known, now: trust.now }));
  }

  #report(found: Found): VerifyReport {
    const { signers, statement } = found;
    return {
      schemaVersion: '1.0',
      target: this.#target,
      ok: this.#problems.length === 0 && statement !== undefined,
      signers,
      model: statement === undefined ? null : signedModel(statement),
      coveredFiles: found.coveredFiles ?? 0,
      coveredBytes: found.coveredBytes ?? 0,
      uncovered: found.uncovered ?? [],
      attestations: found.attestations ?? [],
      source: found.source ?? null,
      problems: this.#problems,
      notes: [...new Set(this.#notes)],
    };
  }

  /** What is wrong with the model becomes part of the report; what is wrong with the request does not. */
  async #attempt<T>(work: () => T | Promise<T>): Promise<T | undefined> {
    try {
      return await work();
    } catch (error) {
      if (!(error instanceof SignError) || error.exitCode === 2) throw error;
      this.#problems.push(error.problem);
      return undefined;
    }
  }

  /**
   * What is compared with the files is the first one only. The root digest alone would let a second signer vouch for
   * names that it never saw.
   */
  #checkSame(statement: ModelStatement): void {
    this.#first ??= statement;
    const difference = differenceOf(this.#first, statement, this.#isFolder);
    if (difference === null) return;
    throw SignError.of(
      'root-digest-mismatch',
      `the signatures are of different models: ${difference}; ${this.#first.rootDigest} and ${statement.rootDigest}`,
    );
  }
}

/** In what two signed models differ, or null. A single file may be signed with its name and without. */
function differenceOf(one: ModelStatement, other: ModelStatement, isFolder: boolean): string | null {
  if (one.manifest.serialization.allowSymlinks !== other.manifest.serialization.allowSymlinks) {
    return 'only one allows symbolic links';
  }
  const isUnnamed = !isFolder && (one.isNameless || other.isNameless);
  const digestOf = isUnnamed ? rootDigestOf : ({ manifest }: ModelStatement) => manifestDigest(manifest);
  return digestOf(one) === digestOf(other) ? null : 'other contents, names or hashes';
}

function rootDigestOf({ rootDigest }: ModelStatement): string {
  return rootDigest;
}

function signedModel({ manifest, rootDigest }: ModelStatement): SignedModel {
  const { resources, serialization, modelName } = manifest;
  return {
    name: modelName,
    rootDigest,
    rootDigests: rootDigests(resources, serialization.method),
    method: serialization.method,
    hash: serialization.hashType,
    resources: resources.length,
  };
}
