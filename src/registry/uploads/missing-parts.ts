import type { Kysely } from 'kysely';
import type { z } from 'zod';
import type { fileUpload } from '../../contract/types/registry.ts';
import type { Database } from '../../store/tables/index.ts';
import type { UploadRow } from './find-upload.ts';
import { bytesOfPart, countParts } from './parts-of.ts';

export type FileUpload = z.infer<typeof fileUpload>;

type Read = Pick<Kysely<Database>, 'selectFrom'>;

/** What has not arrived of each file of a version, by path. */
export async function missingParts(read: Read, { id, part_bytes: partBytes }: UploadRow): Promise<FileUpload[]> {
  const files = await read
    .selectFrom('registry_files')
    .select(['path', 'bytes', 'digest', 'declared_digest'])
    .where('version_id', '=', id)
    .where('side', '=', 'source')
    .orderBy('path')
    .execute();
  const arrived = await arrivedParts(read, id);
  return files.map(({ path, bytes, digest, declared_digest: declared }) => ({
    path,
    bytes,
    digest: declared,
    partBytes,
    missing: digest === null ? missingOf({ bytes, partBytes }, arrived.get(path)) : [],
  }));
}

type Arrived = ReadonlyMap<number, number>;

function missingOf(
  file: { readonly bytes: number; readonly partBytes: number },
  arrived: Arrived = new Map(),
): number[] {
  const all = Array.from({ length: countParts(file) }, (_, part) => part);
  return all.filter((part) => arrived.get(part) !== bytesOfPart(file, part));
}

/** Sizes of the parts of each file that arrived. */
async function arrivedParts(read: Read, versionId: string): Promise<ReadonlyMap<string, Arrived>> {
  const rows = await read
    .selectFrom('registry_parts')
    .select(['path', 'part', 'bytes'])
    .where('version_id', '=', versionId)
    .execute();
  const byPath = new Map<string, Map<number, number>>();
  for (const { path, part, bytes } of rows) {
    const parts = byPath.get(path) ?? new Map<number, number>();
    byPath.set(path, parts.set(part, bytes));
  }
  return byPath;
}
