import { renameSync } from 'node:fs';
import { createHash } from 'node:crypto';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { syncFolder } from '../../node/output-file.ts';
import { WriteError } from '../../node/write-error.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { byteProgressLine, Progress } from '../render/progress.ts';
import { atOnce } from '../registry/at-once.ts';
import { connect, type Connection } from '../registry/connect.ts';
import { RemoteError } from '../registry/errors.ts';
import type { Version } from '../registry/follow-version.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import { retryingShown } from '../registry/show-work.ts';
import { versionLines } from '../registry/version-text.ts';
import { chooseVersion, parseReference } from './choose-version.ts';
import { type Destination, makeParents, openDestination, removePartial, requireAll } from './destination.ts';
import { downloadFile, partialOf } from './download-file.ts';
import { listRelease, type ReleasedFile } from './list-release.ts';
import type { PullArguments } from './pull-arguments.ts';

/** `vouchsafe pull`: returns the exit code. @throws CodedError when it cannot be had, or is not what was announced. */
export async function runPull(reference: string, to: string | undefined, options: PullArguments): Promise<number> {
  const folder = to ?? parseReference(reference).name.split('/').at(-1) ?? reference;
  const connection = connect(options);
  const progress = new Progress(options.progress);
  try {
    const pulled = await pull(connection, { reference, folder, parallel: options.parallel }, progress);
    progress.end();
    const text = options.format === 'json' ? jsonText(pulled, 2) : textOf(pulled);
    await writeStream(process.stdout, [`${text}\n`]);
    return 0;
  } finally {
    progress.end();
  }
}

interface Pulled {
  readonly version: Version;
  readonly folder: string;
  readonly files: number;
  readonly bytes: number;
}

async function pull(
  connection: Connection,
  { reference, folder, parallel }: { readonly reference: string; readonly folder: string; readonly parallel: number },
  progress: Progress,
): Promise<Pulled> {
  const { client } = connection;
  const how = retryingShown(progress);
  const version = await chooseVersion(client, reference, how);
  const files = await listRelease(client, version.id, how);
  const destination = openDestination(folder, files);
  const missing = await filesToFetch(destination, files);
  const onBytes = receivingProgress(missing, progress);
  await atOnce(missing, { most: parallel, signal: how.signal }, async (file, signal) => {
    const to = partialOf(destination, file);
    await downloadFile(connection, { file, to }, { ...how, signal, versionId: version.id, onBytes });
  });
  await requireStillReleased(connection, version, how);
  putInPlace(destination, missing);
  removePartial(destination);
  requireAll(destination.folder, files);
  return { version, folder, files: files.length, bytes: files.reduce((sum, { bytes }) => sum + bytes, 0) };
}

/** All but those that are there already with the right content. */
async function filesToFetch(
  destination: Destination,
  files: readonly ReleasedFile[],
): Promise<readonly ReleasedFile[]> {
  const missing: ReleasedFile[] = [];
  for (const file of files) {
    const isThere =
      destination.present.has(file.path) && (await digestOf(join(destination.folder, file.path))) === file.digest;
    if (!isThere) missing.push(file);
  }
  return missing;
}

async function digestOf(path: string): Promise<string> {
  const opened = await open(path);
  const hash = createHash('sha256');
  for await (const chunk of opened.createReadStream({ highWaterMark: 1024 * 1024 })) hash.update(chunk as Buffer);
  return `sha256:${hash.digest('hex')}`;
}

/** Nothing is put in place of a version that was recalled while it was downloaded. */
async function requireStillReleased({ client }: Connection, { id }: Version, how: Retrying): Promise<void> {
  const params = { versionId: id };
  const now = await retrying(how, () => client.versions.show({ params }, { signal: how.signal }));
  if (now.state !== 'released') throw RemoteError.of('not-released', versionLines(now).join('\n'));
}

/** Every file is whole and checked by now. */
function putInPlace(destination: Destination, files: readonly ReleasedFile[]): void {
  for (const file of files) {
    const target = makeParents(destination.folder, file.path);
    try {
      renameSync(partialOf(destination, file), target);
    } catch (error) {
      throw WriteError.of(target, error);
    }
  }
  syncFolder(destination.folder);
}

function receivingProgress(files: readonly ReleasedFile[], progress: Progress): (bytes: number) => void {
  const totalBytes = files.reduce((sum, { bytes }) => sum + bytes, 0);
  const startedAt = performance.now();
  let doneBytes = 0;
  return (bytes) => {
    doneBytes += bytes;
    const state = { action: 'receiving', doneBytes, totalBytes };
    progress.show(() => byteProgressLine(state, performance.now() - startedAt));
  };
}

function textOf({ version, folder, files, bytes }: Pulled): string {
  const what = `${grouped(files)} ${files === 1 ? 'file' : 'files'}, ${formatBytes(bytes)}, in ${folder}`;
  return [...versionLines(version), what].map(visible).join('\n');
}
