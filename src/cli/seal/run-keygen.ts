import { OutputFile } from '../../node/output-file.ts';
import { FileSink, type Sink, StreamSink } from '../../node/seal/pieces.ts';
import { sealTo } from '../../node/seal/seal-file.ts';
import { visible } from '../../scan/visible-text.ts';
import { generateIdentity } from '../../seal/keys/parse-keys.ts';
import { PassphraseRecipient } from '../../seal/keys/passphrase.ts';
import { askPassphrase, wantsPassphrase } from './ask-passphrase.ts';
import { PRIVATE_MODE, STREAM } from './places.ts';
import { report } from './report.ts';
import type { KeygenArguments } from './seal-arguments.ts';

/** `vouchsafe keygen seal`: a file that `age` reads too. @throws CodedError; an existing file is never replaced. */
export async function runKeygen(output: string, options: KeygenArguments): Promise<void> {
  const { pq = false } = options;
  const sealer = wantsPassphrase(options)
    ? new PassphraseRecipient(await askPassphrase(options, 'the new identity file', true))
    : undefined;
  const { identity, recipient } = generateIdentity(pq);
  const text = Buffer.from(`# created: ${new Date().toISOString()}\n# public key: ${recipient}\n${identity}\n`);
  const sink =
    output === STREAM
      ? new StreamSink(process.stdout)
      : new FileSink(OutputFile.create(output, { exclusive: true, mode: PRIVATE_MODE }));
  if (sealer === undefined) await writeAll(text, sink);
  else await sealTo(once(text), sink, { recipients: [sealer], artifact: 'identity', isArmored: output === STREAM });
  text.fill(0);
  await report({ output, recipient, postQuantum: pq }, lineOf(output, recipient), options, output === STREAM);
}

function lineOf(output: string, recipient: string): string {
  return output === STREAM
    ? `public key: ${recipient}`
    : `wrote the identity to ${visible(output)}; keep it secret\npublic key: ${recipient}`;
}

async function writeAll(bytes: Buffer, sink: Sink): Promise<void> {
  try {
    await sink.write([bytes]);
    await sink.commit();
  } finally {
    await sink.discard();
  }
}

async function* once(bytes: Buffer): AsyncGenerator<Uint8Array> {
  yield bytes;
}
