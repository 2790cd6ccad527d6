import { buildManifest, ignorePathOf } from '../../node/sign/build-manifest.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import { rootDigests } from '../../sign/manifest.ts';
import { withProgress } from './hashing-progress.ts';
import type { DigestArguments } from './sign-arguments.ts';

/** `vouchsafe digest`. @throws CodedError. */
export async function runDigest(path: string, options: DigestArguments): Promise<void> {
  const { hash, shardSize, allowSymlinks, jobs, signature } = options;
  const { manifest, files, bytes, notes } = await withProgress(options.progress, (onProgress) =>
    buildManifest(path, {
      ignorePaths: options.ignorePaths.map((one) => ignorePathOf(path, one)),
      signatureFiles: signature === undefined ? [] : [signature],
      hash,
      shardSize,
      allowSymlinks,
      jobs,
      onProgress,
    }),
  );
  const digests = rootDigests(manifest.resources, manifest.serialization.method);
  const result = { target: path, rootDigest: digests.codePoint, rootDigests: digests, files, bytes, notes };
  if (options.format === 'json') return writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  const other =
    digests.pathComponent === digests.codePoint
      ? ''
      : `sha256:${digests.pathComponent}  as the Python reference sorts\n`;
  const remarks = notes.map((note) => `note: ${visible(note)}\n`).join('');
  return writeStream(process.stdout, [`sha256:${digests.codePoint}\n${other}${remarks}`]);
}
