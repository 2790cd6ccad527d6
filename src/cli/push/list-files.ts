import { ReadError } from '../../bytes/errors.ts';
import { findNameFault } from '../../contract/types/portable-names.ts';
import { hashFiles, type HashProgress } from '../../node/sign/hash-files.ts';
import { listModel, type ModelFile } from '../../node/sign/list-model.ts';
import { RemoteError } from '../registry/errors.ts';

/** A file of this machine, and what it has. */
export interface LocalFile extends ModelFile {
  /** `sha256:` and 64 hexadecimal digits. */
  readonly digest: string;
}

const MAX_NAMED = 5;

/**
 * Every file of a model, hashed before anything is sent: the server then asks only for what it lacks, an interrupted push is found again,
 * and what arrives is checked against what was here. Links are refused: what they lead to is not part of the model. So are names that the
 * server would refuse, before hours are spent on hashing.
 * @throws RemoteError `model-refused`, ReadError, SignError `file-changed`
 */
export async function listLocalFiles(
  path: string,
  {
    ignored,
    onProgress,
  }: { readonly ignored: readonly string[]; readonly onProgress: (progress: HashProgress) => void },
): Promise<readonly LocalFile[]> {
  const options = { ignored: new Set(ignored), ignoredFiles: new Set<string>(), allowSymlinks: false };
  const { files, problems } = listModel(path, options);
  if (problems.length > 0) {
    const named = problems.slice(0, MAX_NAMED).map(({ message }) => message);
    throw RemoteError.of('model-refused', named.join('\n'));
  }
  if (files.length === 0) throw ReadError.of(path, 'there are no files in it');
  const fault = findNameFault(files.map((file) => file.path));
  if (fault !== undefined) throw RemoteError.of('model-refused', fault.message);
  const tasks = files.map(({ file, size }) => ({ file, begin: 0, end: null, size, followLinks: false }));
  const digests = await hashFiles(tasks, { hash: 'sha256', onProgress });
  return files.map((file, index) => ({ ...file, digest: `sha256:${digests[index] ?? ''}` }));
}
