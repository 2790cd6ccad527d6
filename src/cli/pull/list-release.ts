import type { Client } from '../../contract/client.ts';
import { findNameFault } from '../../contract/types/portable-names.ts';
import { contentDigest } from '../../contract/types/registry.ts';
import { RemoteError } from '../registry/errors.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';

/** A file of a version, as the server says it is. */
export interface ReleasedFile {
  readonly path: string;
  readonly bytes: number;
  readonly digest: string;
}

const PAGE = 200;
/** More files than any version has. */
const MAX_FILES = 20_000;
/** A server may give less on a page than it is asked for, but not for ever. */
const MAX_PAGES = 1000;

/**
 * Every file of a version. The server is not believed: names that leave the folder, that not every system can make, or that are one file or
 * one folder to some, are refused. @throws RemoteError `content-wrong`
 */
export async function listRelease(client: Client, versionId: string, how: Retrying): Promise<readonly ReleasedFile[]> {
  const files: ReleasedFile[] = [];
  let cursor: string | null | undefined;
  for (let pages = 0; cursor !== null; pages++) {
    if (pages === MAX_PAGES) throw RemoteError.of('content-wrong', `more than ${MAX_PAGES} pages of files`);
    const query = { side: 'release' as const, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await retrying(how, () =>
      client.versions.files({ params: { versionId }, query }, { signal: how.signal }),
    );
    files.push(...items.map(({ path, bytes, digest }) => checked({ path, bytes, digest: digest ?? '' })));
    if (files.length > MAX_FILES) throw RemoteError.of('content-wrong', `more than ${MAX_FILES} files`);
    cursor = next;
  }
  const fault = findNameFault(files.map(({ path }) => path));
  if (fault !== undefined) throw RemoteError.of('content-wrong', fault.message);
  return files;
}

function checked(file: ReleasedFile): ReleasedFile {
  const isSound = contentDigest.safeParse(file.digest).success && Number.isSafeInteger(file.bytes) && file.bytes >= 0;
  if (!isSound) {
    throw RemoteError.of('content-wrong', `the file ${JSON.stringify(file.path)} has no sound size or digest`);
  }
  return file;
}
