import { jsonText } from '../../scan/json-safe.ts';
import { formatBytes, grouped } from '../../scan/reporters/wording.ts';
import { visible } from '../../scan/visible-text.ts';
import { ignorePathOf } from '../../node/sign/build-manifest.ts';
import { signModel } from '../../node/sign/sign-model.ts';
import { writeStream } from '../../node/write-file.ts';
import { withProgress } from './hashing-progress.ts';
import { loadSigner } from './load-signer.ts';
import type { SignArguments } from './sign-arguments.ts';

/** `vouchsafe sign`. @throws CodedError when nothing was signed. */
export async function runSign(path: string, options: SignArguments): Promise<void> {
  const signer = await loadSigner(options);
  const { signature, hash, shardSize, allowSymlinks, jobs } = options;
  const ignorePaths = options.ignorePaths.map((one) => ignorePathOf(path, one));
  const result = await withProgress(options.progress, (onProgress) =>
    signModel(path, { signer, signature, ignorePaths, hash, shardSize, allowSymlinks, jobs, onProgress }),
  );
  if (options.format === 'json') return writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  const lines = [
    `signed ${grouped(result.files)} files, ${formatBytes(result.bytes)}, with ${visible(result.signer)}`,
    `root digest ${result.rootDigest}`,
    ...result.notes.map((note) => `note: ${visible(note)}`),
    `written to ${visible(result.signature)}`,
  ];
  return writeStream(process.stdout, [`${lines.join('\n')}\n`]);
}
