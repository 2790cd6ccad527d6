import { jsonText } from '../../scan/json-safe.ts';
import { ignorePathOf } from '../../node/sign/build-manifest.ts';
import { verifyModel } from '../../node/sign/verify-model.ts';
import { writeStream } from '../../node/write-file.ts';
import { streamTheme } from '../render/theme.ts';
import { withProgress } from './hashing-progress.ts';
import { renderVerification } from './render-verification.ts';
import type { VerifyArguments } from './sign-arguments.ts';

/** `vouchsafe verify`: returns the exit code. @throws CodedError when it cannot run at all. */
export async function runVerify(path: string, options: VerifyArguments): Promise<number> {
  const report = await withProgress(options.progress, (onProgress) =>
    verifyModel(path, {
      signatures: options.signature,
      publicKeys: options.publicKey,
      certificateRoots: options.certificateRoots,
      identity: options.identity,
      identityProvider: options.identityProvider,
      trustedRoot: options.trustedRoot,
      policy: options.policy,
      attestations: options.attestations,
      source: options.source,
      ignorePaths: options.ignorePaths.map((one) => ignorePathOf(path, one)),
      ignoreUnsignedFiles: options.ignoreUnsignedFiles,
      jobs: options.jobs,
      onProgress,
    }),
  );
  const text =
    options.format === 'json' ? `${jsonText(report, 2)}\n` : renderVerification(report, streamTheme(process.stdout));
  await writeStream(process.stdout, [text]);
  return report.ok ? 0 : 1;
}
