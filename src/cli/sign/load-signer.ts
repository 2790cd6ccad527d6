import { readCertificates } from '../../sign/certificate.ts';
import { isEncryptedPem, readPrivateKey } from '../../sign/keys.ts';
import { signLimits } from '../../sign/limits.ts';
import type { Signer } from '../../sign/signers.ts';
import { readSecretFile, readSmallFile } from '../../node/sign/read-small-file.ts';
import { SecretPrompt } from '../secret-prompt.ts';
import { UsageError } from '../usage-error.ts';
import type { SignerArguments } from './sign-arguments.ts';

/** Whoever the options name as the signer. @throws UsageError, ReadError, SignError. */
export async function loadSigner(options: SignerArguments): Promise<Signer> {
  if (options.keyless === true) return loadKeyless(options);
  if (options.key === undefined) throw UsageError.of('say who signs: --key, or --keyless');
  const { certificateSigner, keySigner } = await import('../../sign/signers.ts');
  const pem = readSecretFile(options.key, signLimits.maxKeyFileBytes);
  const key = readPrivateKey(pem, await passphraseFor(pem, options));
  const { certificateChain, rekorUrl } = options;
  if (certificateChain === undefined) return keySigner(key, { rekorUrl });
  const chain = readCertificates(readSmallFile(certificateChain, signLimits.maxRootsBytes));
  return certificateSigner(key, chain, { rekorUrl });
}

async function passphraseFor(
  pem: Uint8Array,
  { key, keyPassphraseFile }: SignerArguments,
): Promise<Uint8Array | undefined> {
  if (keyPassphraseFile !== undefined) return readPassphrase(keyPassphraseFile);
  if (!isEncryptedPem(pem)) return undefined;
  const terminal = new SecretPrompt('--key-passphrase-file');
  try {
    return await terminal.ask(`Passphrase of ${key ?? 'the key'}: `);
  } finally {
    terminal.close();
  }
}

/** The first line of a file that only its owner can read. */
export function readPassphrase(file: string): Uint8Array {
  const bytes = readSecretFile(file, signLimits.maxKeyFileBytes);
  const end = bytes.findIndex((byte) => byte === 0x0a || byte === 0x0d);
  const passphrase = end < 0 ? bytes : bytes.subarray(0, end);
  // A key that is encrypted with nothing looks safe, and is not.
  if (passphrase.length === 0) throw UsageError.of(`the first line of ${file} is empty, a passphrase is needed`);
  return passphrase;
}

async function loadKeyless(options: SignerArguments): Promise<Signer> {
  const { fulcioUrl, rekorUrl, identityTokenFile, trustedRoot } = options;
  if (fulcioUrl === undefined || rekorUrl === undefined) {
    throw UsageError.of('--keyless needs the addresses of both services: --fulcio-url and --rekor-url');
  }
  const [{ keylessSigner }, { readTrustedRoot }] = await Promise.all([
    import('../../sign/keyless.ts'),
    import('../../sign/sigstore.ts'),
  ]);
  return keylessSigner({
    fulcioUrl,
    rekorUrl,
    identityToken: tokenOf(identityTokenFile),
    trustedRoot:
      trustedRoot === undefined
        ? undefined
        : readTrustedRoot(readSmallFile(trustedRoot, signLimits.maxTrustedRootBytes)),
  });
}

/** Never an argument: those can be seen by everybody on the machine. */
function tokenOf(file: string | undefined): string {
  if (file !== undefined) return Buffer.from(readSmallFile(file, signLimits.maxTokenBytes)).toString('utf8').trim();
  const token = process.env['SIGSTORE_ID_TOKEN'] ?? '';
  if (token === '') throw UsageError.of('--keyless needs --identity-token-file, or the token in $SIGSTORE_ID_TOKEN');
  return token;
}
