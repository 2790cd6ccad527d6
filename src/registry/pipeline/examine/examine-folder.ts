import { BomError } from '../../../bom/errors.ts';
import type { ModelFacts } from '../../../bom/facts.ts';
import { gatherFacts } from '../../../node/bom/gather-facts.ts';
import { IdleWorkers } from '../../../node/idle-workers.ts';
import type { ScanReport } from '../../../scan/scan-report.ts';
import { RegistryError } from '../../errors.ts';
import { documentWithoutFolder } from '../without-folder.ts';

interface Wanted {
  readonly name: string;
  readonly number: number;
  readonly scanThreads: number;
  readonly tell: (fraction: number) => void;
}

export interface ExaminedFolder {
  /** Both with paths below the folder. */
  readonly report: ScanReport;
  readonly facts: ModelFacts;
}

/** One model comes after the other: starting threads for each costs more than examining a small one. */
const idleWorkers = new IdleWorkers({ max: 16, maxIdleMs: 60_000 });

/** A signature that does not fit says something about the model, and is judged as such; anything else is no examination. */
const aboutSignature: ReadonlySet<string> = new Set(['digest-mismatch', 'signature-unreadable']);

/** Scans and hashes every file below a folder, and gathers what the files say. @throws BomError, RegistryError `content-damaged`. */
export async function examineFolder(
  folder: string,
  { name, number, scanThreads, tell }: Wanted,
): Promise<ExaminedFolder> {
  const notes: string[] = [];
  const { facts, scan } = await gatherFacts(folder, {
    scan: {
      jobs: scanThreads,
      idleWorkers,
      onProgress: ({ doneBytes, totalBytes, totalIsFinal }) =>
        tell(totalIsFinal && totalBytes > 0 ? doneBytes / totalBytes : 0),
    },
    onProblem: (problem) => {
      if (!(problem instanceof BomError) || !aboutSignature.has(problem.code)) throw problem;
      notes.push(problem.message);
    },
  });
  const inRegistry = (value: string, pointer: string) => ({ value, origin: { file: 'registry', pointer } });
  const about = {
    ...facts,
    name: inRegistry(name, '/name'),
    version: inRegistry(String(number), '/number'),
    notes: [...facts.notes, ...notes],
  };
  return { report: documentWithoutFolder(scan, folder), facts: documentWithoutFolder(about, folder) };
}

/**
 * What was scanned must be exactly what the version says it has: a file that the scan did not see, or saw otherwise, is one that nobody
 * examined. @throws RegistryError `content-damaged`.
 */
export function checkSameFiles(
  report: ScanReport,
  files: readonly { readonly path: string; readonly digest: string | null }[],
): void {
  const scanned = new Map(report.artifacts.map(({ path, sha256 }) => [path, sha256]));
  for (const { path, digest } of files) {
    const sha256 = scanned.get(path);
    if (sha256 === undefined) throw RegistryError.of('content-damaged', `${path} could not be read`);
    if (digest !== `sha256:${sha256}`) throw RegistryError.of('content-damaged', `${path} has another digest`);
  }
  if (scanned.size !== files.length)
    throw RegistryError.of('content-damaged', `${scanned.size} files were found, ${files.length} expected`);
}
