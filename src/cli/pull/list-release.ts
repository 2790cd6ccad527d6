import type { Client } from '../../contract/client.ts';
import { contentDigest, filePath } from '../../contract/types/registry.ts';
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

/** Every file of a version. The server is not believed: a path that leaves its folder is refused. @throws RemoteError `content-wrong` */
export async function listRelease(client: Client, versionId: string, how: Retrying): Promise<readonly ReleasedFile[]> {
  const files: ReleasedFile[] = [];
  for (let cursor: string | undefined; ; ) {
    const query = { side: 'release' as const, limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await retrying(how, () =>
      client.versions.files({ params: { versionId }, query }, { signal: how.signal }),
    );
    files.push(...items.map(({ path, bytes, digest }) => checked({ path, bytes, digest: digest ?? '' })));
    if (next === null) break;
    if (files.length > MAX_FILES) throw RemoteError.of('content-wrong', `more than ${MAX_FILES} files`);
    cursor = next;
  }
  checkApart(files);
  return files;
}

function checked(file: ReleasedFile): ReleasedFile {
  const isSound = filePath.safeParse(file.path).success && contentDigest.safeParse(file.digest).success;
  if (!isSound || !Number.isSafeInteger(file.bytes) || file.bytes < 0) {
    throw RemoteError.of('content-wrong', `the file ${JSON.stringify(file.path)} is not one that can be written here`);
  }
  return file;
}

/** On some file systems one would stand in for the other. */
function checkApart(files: readonly ReleasedFile[]): void {
  const seen = new Set<string>();
  for (const { path } of files) {
    const key = path.normalize('NFC').toLowerCase();
    if (seen.has(key)) throw RemoteError.of('content-wrong', `two files have the name ${JSON.stringify(path)}`);
    seen.add(key);
  }
}
