import { statSync } from 'node:fs';
import { basename, resolve } from 'node:path';
import { ReadError } from '../../bytes/errors.ts';
import { defaultLimits, type Limits } from '../../bytes/limits.ts';
import { readBytes } from '../../bytes/source.ts';
import { CONVERSION_RECORD, parseConversion, type ConversionFacts } from '../../bom/conversion.ts';
import { BomError } from '../../bom/errors.ts';
import type { FileFact, ModelFacts, Stated } from '../../bom/facts.ts';
import { plainText } from '../../bom/read-nodes.ts';
import { evidencePaths, measureRoot, type MeasuredRoot, type SignatureFile } from '../../bom/root-digest.ts';
import { readStatements } from '../../bom/statements.ts';
import type { ArtifactReport } from '../../scan/report.ts';
import type { ScanReport } from '../../scan/scan-report.ts';
import { worstOf } from '../../scan/verdict.ts';
import { visible } from '../../scan/visible-text.ts';
import { signLimits } from '../../sign/limits.ts';
import type { ModelStatement } from '../../sign/statement.ts';
import { FileSource } from '../file-source.ts';
import { displayPath, joinRaw, rawPath, type RawPath } from '../raw-path.ts';
import { scanFiles, type ScanFilesOptions } from '../scan-files.ts';
import { checkModel } from '../sign/check-model.ts';
import { packageVersion } from '../version.ts';
import { walk } from '../walk.ts';
import { countTensors } from './count-tensors.ts';
import type { ModelFile } from './model-file.ts';
import { readStatementSources } from './read-sources.ts';

export interface GatherOptions {
  /** How the files are scanned; every file is hashed whatever this says. */
  readonly scan?: Omit<ScanFilesOptions, 'hash' | 'omitClean' | 'stdin'> | undefined;
  /** What scans and hashes the files; default: `scanFiles`, which does it in threads. */
  readonly scanner?: typeof scanFiles | undefined;
  readonly name?: string | undefined;
  readonly version?: string | undefined;
  readonly limits?: Partial<Limits> | undefined;
  /** Takes what would end the work otherwise: a file that cannot be listed, a signature that speaks of other files. */
  readonly onProblem?: ((problem: BomError) => void) | undefined;
  /** Before the tensors of a file are counted. */
  readonly onTensors?: ((path: string) => void) | undefined;
}

/** The facts, and the scan they came from. */
export interface Gathered {
  readonly facts: ModelFacts;
  readonly scan: ScanReport;
}

/**
 * Scans and hashes every file of a model, reads what its files say about it and counts its tensors.
 * @throws BomError when a file cannot be listed, appeared meanwhile, or the signature speaks of other files.
 */
export async function gatherFacts(path: string, options: GatherOptions = {}): Promise<Gathered> {
  const limits = { ...defaultLimits, ...options.limits };
  const listing = await listFiles(path, options);
  const { root, covers } = await rootOf(path, listing, options);
  const { files, scan, isFolder } = listing;
  const sources = readStatementSources(files, limits);
  const statements = readStatements({ ...sources.statements, paths: files.map((one) => one.path) });
  const counted = countTensors(files, limits, options.onTensors);
  const conversion = conversionOf(listing, limits);
  const fromPath = { value: listing.name, origin: { file: isFolder ? 'folder name' : 'file name', pointer: '' } };
  const facts: ModelFacts = {
    name: given(options.name, '--name') ?? statements.name ?? fromPath,
    version: given(options.version, '--model-version') ?? statements.version,
    isFolder,
    root,
    files: files.map(({ path, report }) => fileFact(path, report, covers)),
    isComplete: scan.skipped.every((one) => one.files === 0),
    statements,
    templates: sources.templates,
    tensors: counted.totals,
    conversion,
    verdict: worstOf(files.map(({ report }) => report.verdict)),
    findings: files.flatMap(({ path, report }) =>
      report.findings.map((one) => ({ ...one, location: { ...one.location, path } })),
    ),
    attestations: listing.attestations,
    notes: [...sources.notes, ...counted.notes, ...recordNotes(listing, conversion), ...skippedNotes(scan)],
    tool: { name: 'vouchsafe', version: packageVersion() },
  };
  return { facts, scan };
}

function given(value: string | undefined, option: string): Stated | undefined {
  return value === undefined ? undefined : { value: plainText(value), origin: { file: option, pointer: '' } };
}

/** The files of a model, scanned, and the evidence that lies with them. */
interface Listing {
  readonly name: string;
  readonly isFolder: boolean;
  readonly scan: ScanReport;
  readonly files: readonly ModelFile[];
  readonly signature: SignatureFile;
  readonly attestations: readonly string[];
  /** The record of a conversion: in the folder, or beside a single file. */
  readonly record?: { readonly path: string; readonly file: RawPath } | undefined;
}

/** @throws ReadError when there is no such path, BomError `file-unreadable`, `no-files`. */
async function listFiles(path: string, options: GatherOptions): Promise<Listing> {
  const stats = statSync(path, { throwIfNoEntry: false });
  if (stats === undefined) throw ReadError.of(path, 'no such file or directory');
  const isFolder = stats.isDirectory();
  const evidence = evidencePaths(basename(path), isFolder);
  const scan = await (options.scanner ?? scanFiles)([path], { ...options.scan, hash: true });
  const opened = new Map(
    [...walk([path])].flatMap((one) => (one.kind === 'file' ? [[one.path, one.file] as const] : [])),
  );
  const known = new Set(scan.artifacts.map((report) => report.path));
  const appeared = [...opened.keys()].find((one) => !known.has(one));
  // Walked again after the scan: what came in between was not looked at.
  if (appeared !== undefined) throw BomError.of('changed', { path: appeared });
  const inside = insideOf(path, isFolder);
  const attempt = attemptWith(options.onProblem);
  const all = scan.artifacts.flatMap(
    (report) => attempt(() => [modelFile(report, inside, opened.get(report.path))]) ?? [],
  );
  const recordName = isFolder ? CONVERSION_RECORD : `${basename(path)}.conversion.json`;
  const beside = isFolder ? all : [...all, ...besideFiles(path, [...Object.values(evidence), recordName])];
  const isEvidence = new Set<string>(Object.values(evidence));
  const files = all.filter((one) => !isEvidence.has(one.path));
  if (files.length === 0) throw BomError.of('no-files', { path });
  const signature = beside.find((one) => one.path === evidence.signature);
  return {
    name: visible(basename(resolve(path))),
    isFolder,
    scan,
    files,
    signature: {
      path: evidence.signature,
      isFolder,
      content: signature && readWhole(signature.file, signLimits.maxBundleBytes),
    },
    attestations: beside.filter((one) => one.path === evidence.attestations).map((one) => one.path),
    record: beside.find((one) => one.path === recordName),
  };
}

/** @throws BomError `digest-mismatch`, `signature-unreadable`, unless somebody takes problems. */
async function rootOf(path: string, { files, signature }: Listing, options: GatherOptions): Promise<MeasuredRoot> {
  const attempt = attemptWith(options.onProblem);
  const hashed = files.map(({ path, report }) => ({ path, sha256: report.sha256 }));
  const measured = attempt(() => measureRoot(hashed, signature));
  const { unchecked } = measured ?? {};
  const mismatch = unchecked === undefined ? undefined : await rehash(path, unchecked, signature.path);
  if (mismatch !== undefined) attempt(() => fail(mismatch));
  return measured ?? measureRoot(hashed, { ...signature, content: undefined });
}

/** Runs a part of the work; what goes wrong with it is handed on, or thrown when nobody takes it. */
function attemptWith(onProblem: GatherOptions['onProblem']) {
  return <Result>(work: () => Result): Result | undefined => {
    try {
      return work();
    } catch (error) {
      if (onProblem === undefined || !(error instanceof BomError)) throw error;
      onProblem(error);
      return undefined;
    }
  };
}

/** Hashes the files as a statement says that does not use SHA-256 of whole files; what differs is an error. */
async function rehash(path: string, statement: ModelStatement, signature: string): Promise<BomError | undefined> {
  const { problems } = await checkModel(path, statement, { ignoreUnsignedFiles: true });
  const [first] = problems;
  if (first === undefined) return undefined;
  return BomError.of('digest-mismatch', { signature, signed: statement.rootDigest, computed: first.message });
}

function fail(error: BomError): never {
  throw error;
}

/** The path below the folder, of the bytes of the name: as text a whole path is spelled out where any part must be. */
function insideOf(path: string, isFolder: boolean): (file: RawPath) => string {
  if (!isFolder) return (file) => displayPath(file.slice(file.lastIndexOf('/') + 1) as RawPath);
  const folder = rawPath(path.length > 1 ? path.replace(/\/+$/, '') || '/' : path);
  const prefix = joinRaw(folder, '');
  return (file) => displayPath((file.startsWith(prefix) ? file.slice(prefix.length) : file) as RawPath);
}

/** @throws BomError `file-unreadable`: a list with a hole in it is none. */
function modelFile(report: ArtifactReport, inside: (file: RawPath) => string, file: RawPath | undefined): ModelFile {
  const { sha256 } = report;
  if (report.format === 'unreadable' || sha256 === undefined || file === undefined) {
    const reason = report.findings[0]?.message ?? 'it has no digest';
    throw BomError.of('file-unreadable', { path: report.path, reason });
  }
  return { path: inside(file), file, report: { ...report, sha256 } };
}

/** Evidence of a single file lies beside it. */
function besideFiles(path: string, names: readonly string[]): readonly { path: string; file: RawPath }[] {
  const folder = path.slice(0, path.length - basename(path).length);
  return names.flatMap((name) =>
    [...walk([`${folder}${name}`])].flatMap((one) => (one.kind === 'file' ? [{ path: name, file: one.file }] : [])),
  );
}

function readWhole(file: RawPath, maxBytes: number): Uint8Array {
  const source = FileSource.open(file, maxBytes);
  try {
    return readBytes(source, 0, source.size);
  } finally {
    source.close();
  }
}

function fileFact(path: string, report: ModelFile['report'], covers: (path: string) => boolean): FileFact {
  const { size, sha256, format, verdict } = report;
  return { path, size, sha256, format, verdict, isCovered: covers(path) };
}

function conversionOf({ record }: Listing, limits: Limits): ConversionFacts | undefined {
  if (record === undefined) return undefined;
  const bytes = readWhole(record.file, limits.maxDocumentBytes);
  return parseConversion(new TextDecoder().decode(bytes), record.path) ?? undefined;
}

function recordNotes({ record }: Listing, conversion: ConversionFacts | undefined): readonly string[] {
  return record === undefined || conversion !== undefined
    ? []
    : [`${visible(record.path)} was not read: it is no conversion record`];
}

function skippedNotes({ skipped }: ScanReport): readonly string[] {
  return skipped.map(({ path, detail }) => `not listed: ${visible(path)}: ${visible(detail)}`);
}
