import { formatVerifierKey, verifierKey } from '../../ledger/verifier-key.ts';
import { createKeyFile, loadNoteSigner } from '../../node/ledger/key-file.ts';
import { writeStream } from '../../node/write-file.ts';
import { jsonText } from '../../scan/json-safe.ts';
import { visible } from '../../scan/visible-text.ts';
import type { LedgerKeygenArguments } from './ledger-arguments.ts';

/** `vouchsafe keygen ledger`. @throws CodedError; an existing file is left alone. */
export async function runKeygen(file: string, options: LedgerKeygenArguments): Promise<void> {
  const { name, algorithm, format } = options;
  // Before anything is written: a key under a name that no note can hold would be of no use.
  verifierKey(name, 'ed25519', new Uint8Array(32));
  createKeyFile(file, algorithm);
  const { key } = loadNoteSigner(file, { name, role: options.witness === true ? 'witness' : 'log' });
  const result = { privateKey: file, name, algorithm, verifierKey: formatVerifierKey(key) };
  if (format === 'json') return writeStream(process.stdout, [`${jsonText(result, 2)}\n`]);
  const lines = [`private key   ${visible(file)}`, `verifier key  ${visible(result.verifierKey)}`];
  return writeStream(process.stdout, [`${lines.join('\n')}\n`]);
}
