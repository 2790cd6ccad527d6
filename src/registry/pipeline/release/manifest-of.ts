import { createHash } from 'node:crypto';
import {
  defaultIgnorePaths,
  evidenceNames,
  isIgnored,
  type Manifest,
  manifestDigest,
  type Resource,
  rootDigest,
  sortResources,
} from '../../../sign/manifest.ts';
import type { RootDigest } from '../../../bom/facts.ts';

const PREFIX = 'sha256:';
const REVISION_DIGITS = 40;

export interface ReleasedFile {
  readonly path: string;
  readonly bytes: number;
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

/**
 * What is signed of a version: every file but those that `vouchsafe sign` leaves out too (what git keeps, and evidence that came with the model),
 * so that whoever verifies the files finds what was signed. Digests are known since the files were examined.
 */
export function manifestOf(modelName: string, files: readonly ReleasedFile[]): Manifest {
  const ignored = new Set<string>(defaultIgnorePaths);
  const evidence = new Set<string>(Object.values(evidenceNames));
  const signed = files.filter(({ path }) => !isIgnored(path, ignored) && !evidence.has(path));
  return {
    modelName,
    resources: sortResources(signed.map(resourceOf), 'code-point'),
    serialization: {
      method: 'files',
      hashType: 'sha256',
      allowSymlinks: false,
      ignorePaths: [...ignored, ...evidence].toSorted(),
    },
  };
}

function resourceOf({ path, digest }: ReleasedFile): Resource {
  return { name: path, digest: digest.slice(PREFIX.length) };
}

/** The root digest as bills of materials name it. */
export function rootOf({ resources, serialization }: Manifest): RootDigest {
  return {
    sha256: rootDigest(resources),
    manifestSha256: manifestDigest({ resources, serialization }),
    source: 'signed',
    signature: evidenceNames.signature,
  };
}

/** What a version is called by clients of the hub interface: the same files have the same revision, whoever brought them. */
export function revisionOf(files: readonly ReleasedFile[]): string {
  const hash = createHash('sha256');
  for (const { path, bytes, digest } of files.toSorted((a, b) =>
    Buffer.compare(Buffer.from(a.path), Buffer.from(b.path)),
  ))
    hash.update(`${JSON.stringify([path, bytes, digest])}\n`);
  return hash.digest('hex').slice(0, REVISION_DIGITS);
}
