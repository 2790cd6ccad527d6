import { basename } from 'node:path';
import { rewrapFile } from '../../node/seal/seal-file.ts';
import { rewrapFolder } from '../../node/seal/unseal-folder.ts';
import { visible } from '../../scan/visible-text.ts';
import { SealError } from '../../seal/errors.ts';
import type { Recipient } from '../../seal/recipient.ts';
import { loadAllIdentities, loadAllRecipients } from '../seal/load-keys.ts';
import { isFolder, STREAM } from '../seal/places.ts';
import { ByteCounter, report } from '../seal/report.ts';
import type { RewrapArguments } from '../seal/seal-arguments.ts';
import { UsageError } from '../usage-error.ts';

/** `vouchsafe rewrap`. @throws CodedError; a file that could not be rewrapped is as it was. */
export async function runRewrap(target: string, options: RewrapArguments): Promise<void> {
  if (target === STREAM) throw UsageError.of('a file is rewrapped in its place; standard input has none');
  const identities = await loadAllIdentities(options);
  const recipients = await newRecipients(options);
  if (recipients.length === 0) throw SealError.of('recipients-missing', undefined);
  const counter = new ByteCounter('rewrapping', options);
  const isReplacing = options.remove === true;
  const settings = { identities, recipients, isReplacing };
  try {
    const files = isFolder(target)
      ? await rewrapTree(target, settings, counter)
      : await rewrapOne(target, settings, counter);
    counter.end();
    const text = `rewrapped ${visible(target)}${files === 1 ? '' : `  ${files} files`}; ${isReplacing ? 'the recipients of before are left out' : 'the recipients of before can still open it'}`;
    await report({ target, files, recipients: recipients.length, removed: isReplacing }, text, options);
  } finally {
    counter.end();
  }
}

type Settings = Omit<Parameters<typeof rewrapFile>[1], 'artifact'>;

async function rewrapTree(folder: string, settings: Settings, counter: ByteCounter): Promise<number> {
  const onTotal = (bytes: number): void => {
    counter.totalBytes = bytes;
  };
  const index = await rewrapFolder(folder, { ...settings, onTotal, onBytes: counter.add });
  return index.files.length + 1;
}

async function rewrapOne(file: string, settings: Settings, counter: ByteCounter): Promise<number> {
  await rewrapFile(file, { ...settings, artifact: basename(file) }, counter.add);
  return 1;
}

function newRecipients(options: RewrapArguments): Promise<Recipient[]> {
  const { recipient, recipientsFile, newPassphrase, newPassphraseFile, newPassphraseFd, newKms, newVaultKey } = options;
  const { vaultTokenFile, allowPlainHttp } = options;
  return loadAllRecipients({
    recipient,
    recipientsFile,
    kms: newKms,
    vaultKey: newVaultKey,
    ...(newPassphrase === undefined ? {} : { passphrase: newPassphrase }),
    ...(newPassphraseFile === undefined ? {} : { passphraseFile: newPassphraseFile }),
    ...(newPassphraseFd === undefined ? {} : { passphraseFd: newPassphraseFd }),
    ...(vaultTokenFile === undefined ? {} : { vaultTokenFile }),
    ...(allowPlainHttp === undefined ? {} : { allowPlainHttp }),
  });
}
