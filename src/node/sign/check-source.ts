import { basename } from 'node:path';
import { problemOf, type Problem } from '../../sign/errors.ts';
import type { Dependency } from '../../sign/attestation.ts';
import { hashListing, type ManifestOptions } from './build-manifest.ts';
import type { CheckedAttestation } from './check-evidence.ts';
import { listModel, type ModelFile } from './list-model.ts';

/** Whether a model was made from the files that somebody has. */
export interface SourceCheck {
  readonly source: string;
  readonly files: readonly { readonly path: string; readonly sha256: string | null; readonly matches: boolean }[];
  readonly problems: readonly Problem[];
}

/**
 * Compares a file or folder with what the conversions of a model were made from, by SHA-256. Only attestations that
 * were verified count.
 * @throws ReadError, SignError `file-changed`.
 */
export async function checkSource(
  source: string,
  attestations: readonly CheckedAttestation[],
  options: Pick<ManifestOptions, 'jobs' | 'onProgress'>,
): Promise<SourceCheck> {
  const wanted = attestations.flatMap(({ claim, signer }) => (signer === null ? [] : (claim?.dependencies ?? [])));
  if (wanted.length === 0) {
    return { source, files: [], problems: [mismatch('no attestation that holds says what the model was made from')] };
  }
  const listing = listModel(source, { ignored: new Set(), ignoredFiles: new Set(), allowSymlinks: true });
  const needed = listing.files.filter((file) => wanted.some((one) => isNamed(one, file, listing.isFolder)));
  const hashed = await hashListing({ files: needed }, { ...options, hash: 'sha256', allowSymlinks: true });
  const digests = new Map(hashed.resources.map(({ name, digest }) => [name, digest]));
  const files = wanted.map((one) => {
    const found = needed.find((file) => isNamed(one, file, listing.isFolder));
    const sha256 = found === undefined ? null : (digests.get(found.path) ?? null);
    return { path: one.name, sha256, matches: sha256 !== null && sha256 === one.sha256 };
  });
  const problems = wanted.flatMap((one, index) => {
    const found = files[index];
    return found === undefined || found.matches ? [] : [mismatch(whyNot(one, found.sha256))];
  });
  return { source, files, problems };
}

function isNamed({ name }: Dependency, file: ModelFile, isFolder: boolean): boolean {
  return isFolder ? file.path === name : file.path === basename(name);
}

function whyNot({ name, sha256 }: Dependency, found: string | null): string {
  if (sha256 === null) return `${name}: its digest was not recorded when it was converted`;
  if (found === null) return `${name} is not there`;
  return `${name} has the SHA-256 ${found}, converted was ${sha256}`;
}

function mismatch(detail: string): Problem {
  return problemOf('source-mismatch', detail);
}
