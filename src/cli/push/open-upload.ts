import { type Client, type ClientReply, ProblemError } from '../../contract/client.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import type { LocalFile } from './list-files.ts';

export type Upload = ClientReply<'versions.begin'>;

interface Pushed {
  readonly modelId: string;
  readonly files: readonly LocalFile[];
  readonly message: string;
}

/** Of the newest versions, those that an interrupted push may have left. */
const LOOKED_AT = 50;

export interface OpenedUpload extends Upload {
  readonly isResumed: boolean;
}

/** Goes on with an upload of the same files, the newest that there is, or begins one. */
export function openUpload(client: Client, pushed: Pushed, how: Retrying): Promise<OpenedUpload> {
  // Looked for at each attempt: it may have begun although the answer was lost.
  return retrying(how, async () => {
    const left = await findInterrupted(client, pushed, how.signal);
    if (left !== undefined) return { ...left, isResumed: true };
    const { modelId, files, message } = pushed;
    const body = { message, files: files.map(({ path, size, digest }) => ({ path, bytes: size, digest })) };
    const begun = await client.versions.begin({ params: { modelId }, body }, { signal: how.signal });
    return { ...begun, isResumed: false };
  });
}

async function findInterrupted(
  client: Client,
  { modelId, files }: Pushed,
  signal: AbortSignal,
): Promise<Upload | undefined> {
  const { items } = await client.versions.list({ params: { modelId }, query: { limit: LOOKED_AT } }, { signal });
  const bytes = files.reduce((sum, { size }) => sum + size, 0);
  for (const version of items) {
    const isLike = version.state === 'uploading' && version.files === files.length && version.bytes === bytes;
    if (!isLike || version.source.kind !== 'upload') continue;
    const upload = await ownUpload(client, version.id, signal);
    if (upload !== undefined && isOf(upload, files)) return upload;
  }
  return undefined;
}

/** Undefined for the upload of somebody else, which is his to go on with. */
async function ownUpload(client: Client, versionId: string, signal: AbortSignal): Promise<Upload | undefined> {
  try {
    return await client.versions.uploads({ params: { versionId } }, { signal });
  } catch (error) {
    if (error instanceof ProblemError && error.code === 'not-your-upload') return undefined;
    throw error;
  }
}

function isOf({ uploads }: Upload, files: readonly LocalFile[]): boolean {
  const digests = new Map(files.map(({ path, digest }) => [path, digest]));
  return (
    uploads.length === files.length &&
    uploads.every(({ path, digest }) => digest !== null && digests.get(path) === digest)
  );
}
