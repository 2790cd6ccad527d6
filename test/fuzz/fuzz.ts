import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import { defaultLimits } from '../../src/bytes/limits.ts';
import { rules } from '../../src/rules/index.ts';
import type { ArtifactReport } from '../../src/scan/report.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { mutate, randomPickle } from '../build/mutate.ts';
import type { Prng } from '../build/prng.ts';
import type { HostileCase } from '../corpus/case.ts';
import { complaintOfReaders, readerSeeds } from './readers.ts';

/** One file in this long is a hang: the corpus' seeds take a few milliseconds each. */
const MAX_MILLISECONDS = 2000;
/** Seeds larger than this make fuzzing slow and find nothing small ones do not. */
const MAX_SEED_BYTES = 64 * 1024;

export interface Seed {
  readonly id: string;
  readonly file: string;
  readonly bytes: Uint8Array;
}

export interface Complaint {
  readonly seed: string;
  readonly file: string;
  readonly what: string;
  readonly bytes: Uint8Array;
}

/** What is mutated: every case of the corpus but the gadgets, which are all the same stream, and truncations. */
export function seedsOf(cases: readonly HostileCase[]): Seed[] {
  const ofCorpus = cases
    .filter(({ id }) => !/^(gadget|import|truncation)\./.test(id))
    .map((hostile) => ({ id: hostile.id, file: hostile.file, bytes: hostile.build() }));
  return [...ofCorpus, ...readerSeeds()].filter((seed) => seed.bytes.length > 0 && seed.bytes.length <= MAX_SEED_BYTES);
}

/** Feeds one mutated seed (or, one time in eight, a generated pickle) to every reader, and says what is wrong with an answer. */
export function fuzzOnce(seeds: readonly Seed[], random: Prng): Complaint | null {
  const generated = random.below(8) === 0;
  const seed = generated ? { id: 'generated', file: 'model.pkl', bytes: randomPickle(random) } : random.pick(seeds);
  const bytes = generated ? seed.bytes : mutate(seed.bytes, random);
  const what = complaintAbout(bytes, seed.file) ?? complaintOfReaders(bytes, seed.file);
  return what === null ? null : { seed: seed.id, file: seed.file, what, bytes };
}

/** Null when scanning `bytes` keeps every promise of the scanner. */
function complaintAbout(bytes: Uint8Array, file: string): string | null {
  const started = performance.now();
  let report: ArtifactReport;
  try {
    report = scanSource(new BufferSource(bytes), file, { limits: tight });
  } catch (error) {
    const kind = error instanceof CodedError ? error.code : 'untyped';
    return `threw ${kind}: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
  }
  const milliseconds = performance.now() - started;
  if (milliseconds > MAX_MILLISECONDS) return `took ${Math.round(milliseconds)} ms`;
  return internalErrorIn(report) ?? wrongCoverage(report, bytes.length) ?? cleanDespiteNotice(report);
}

/** So that a bomb made by chance ends in a limit and not in minutes. */
const tight = { ...defaultLimits, maxInflatedBytes: 64 * 1024 * 1024, maxSecondsPerFile: 5 };

function internalErrorIn(report: ArtifactReport): string | null {
  const finding = report.findings.find(({ ruleId }) => ruleId === 'internal-error');
  return finding === undefined ? null : `internal error: ${finding.message}`;
}

function wrongCoverage({ coverage }: ArtifactReport, size: number): string | null {
  const { bytes, unaccounted, structure, payload, member, padding } = coverage;
  if (bytes !== size) return `coverage of ${bytes} bytes for a file of ${size}`;
  if (unaccounted < 0 || unaccounted > size) return `${unaccounted} bytes unaccounted for of ${size}`;
  if (structure + payload + member + padding + unaccounted < size) return 'coverage does not add up to the file';
  return null;
}

const inconclusive: ReadonlySet<string> = new Set(
  rules.filter((rule) => rule.inconclusive === true).map((rule) => rule.id),
);

function cleanDespiteNotice(report: ArtifactReport): string | null {
  if (report.verdict !== 'clean') return null;
  const finding = report.findings.find(({ ruleId }) => inconclusive.has(ruleId));
  return finding === undefined ? null : `clean in spite of ${finding.ruleId}: ${finding.message}`;
}
