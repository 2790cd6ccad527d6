import { call, type Reply } from '../../api/call.ts';
import { digestOf } from '../../api/send-part.ts';
import type { ChosenFile } from './chosen-files.ts';

/** Files that fit the memory are hashed first, so that what the registry has already is not sent again. */
const MAX_HASHED_BYTES = 64 * 1024 * 1024;
const MAX_HASHED_TOGETHER_BYTES = 1024 * 1024 * 1024;

interface Target {
  readonly modelId: string;
  readonly message: string;
  /** Told how many files have been looked at. */
  readonly onHashed: (files: number) => void;
}

/** Says which files a new version has; answers with what is to be sent. */
export async function declareVersion(
  files: readonly ChosenFile[],
  { modelId, message, onHashed }: Target,
): Promise<Reply<'versions.begin'>> {
  const declared: { path: string; bytes: number; digest?: string }[] = [];
  let left = MAX_HASHED_TOGETHER_BYTES;
  for (const [index, { path, file }] of files.entries()) {
    const isHashed = file.size <= Math.min(MAX_HASHED_BYTES, left);
    const digest = isHashed ? await digestOf(await file.arrayBuffer()) : null;
    if (isHashed) left -= file.size;
    declared.push({ path, bytes: file.size, ...(digest === null ? {} : { digest }) });
    onHashed(index + 1);
  }
  return call('versions.begin', { params: { modelId }, body: { files: declared, message } });
}
