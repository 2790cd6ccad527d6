import { OutputFile } from '../../node/output-file.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import { fingerprintOf, newKeyPair, readPublicKey } from '../../sign/keys.ts';
import { readPassphrase } from './load-signer.ts';
import type { KeygenArguments } from './sign-arguments.ts';

const SECRET_MODE = 0o600;

/** `vouchsafe keygen sign`. @throws CodedError; an existing file is left alone. */
export async function runKeygen(file: string, { curve, format, keyPassphraseFile }: KeygenArguments): Promise<void> {
  const passphrase = keyPassphraseFile === undefined ? undefined : readPassphrase(keyPassphraseFile);
  const { privatePem, publicPem } = newKeyPair(curve, passphrase);
  const publicFile = `${file}.pub`;
  writePair([
    { file, text: privatePem, mode: SECRET_MODE },
    { file: publicFile, text: publicPem, mode: 0o644 },
  ]);
  const result = {
    privateKey: file,
    publicKey: publicFile,
    curve,
    fingerprint: fingerprintOf(readPublicKey(publicPem)),
  };
  if (format === 'json') return writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  const lines = [
    `private key  ${visible(file)}`,
    `public key   ${visible(publicFile)}`,
    `fingerprint  ${result.fingerprint}`,
  ];
  return writeStream(process.stdout, [`${lines.join('\n')}\n`]);
}

interface KeyFile {
  readonly file: string;
  readonly text: string;
  readonly mode: number;
}

/** Both or neither: nothing is committed before both could be created. */
function writePair(files: readonly KeyFile[]): void {
  const outputs: OutputFile[] = [];
  try {
    for (const { file, text, mode } of files) {
      const output = OutputFile.create(file, { exclusive: true, mode });
      outputs.push(output);
      output.append(Buffer.from(text));
    }
    for (const output of outputs) output.commit();
  } finally {
    for (const output of outputs) output.discard();
  }
}
