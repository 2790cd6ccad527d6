import { existsSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { loadIdentities, loadRecipients, loadSecret } from '../../node/seal/key-files.ts';
import { parseRecipient } from '../../seal/keys/parse-keys.ts';
import { PassphraseIdentity, PassphraseRecipient } from '../../seal/keys/passphrase.ts';
import { AwsKmsProvider } from '../../seal/providers/aws-kms.ts';
import { type KeyProvider, ServiceIdentity, ServiceRecipient } from '../../seal/providers/key-provider.ts';
import { VaultTransitProvider } from '../../seal/providers/vault-transit.ts';
import type { Identity, Recipient } from '../../seal/recipient.ts';
import { UsageError } from '../usage-error.ts';
import { askPassphrase, wantsPassphrase } from './ask-passphrase.ts';
import type { IdentityArguments, KeyArguments, RecipientArguments } from './seal-arguments.ts';

/** Everybody a command line names to seal to. @throws CodedError. */
export async function loadAllRecipients(options: RecipientArguments): Promise<Recipient[]> {
  const recipients = [
    ...options.recipient.map(parseRecipient),
    ...options.recipientsFile.flatMap(loadRecipients),
    ...providersOf(options).map((provider) => new ServiceRecipient(provider)),
  ];
  if (wantsPassphrase(options)) {
    // Said before anybody has typed it twice.
    if (recipients.length > 0) throw UsageError.of('a passphrase must be the only recipient of a file');
    recipients.push(new PassphraseRecipient(await askPassphrase(options, 'the new file', true)));
  }
  return recipients;
}

/** Everybody a command line names to open with. Files are opened with a passphrase when nothing else is named. */
export async function loadAllIdentities(options: IdentityArguments): Promise<Identity[]> {
  const identities: Identity[] = [];
  for (const file of options.identity) {
    identities.push(...(await loadIdentities(file, (what) => askPassphrase(options, what, false))));
  }
  identities.push(...providersOf(options).map((provider) => new ServiceIdentity(provider)));
  if (wantsPassphrase(options) || identities.length === 0) identities.push(passphraseIdentity(options));
  return identities;
}

/** Asks once, however many files there are, and only when one needs it. */
function passphraseIdentity(options: IdentityArguments): PassphraseIdentity {
  let asked: Promise<Buffer> | undefined;
  return new PassphraseIdentity(() => {
    asked ??= askPassphrase(options, 'the file', false);
    return asked;
  });
}

function providersOf(options: KeyArguments): KeyProvider[] {
  const { kms, vaultKey, allowPlainHttp: allowsPlainHttp } = options;
  return [
    ...kms.map((keyName) => new AwsKmsProvider({ keyName, allowsPlainHttp })),
    ...vaultKey.map((keyName) => new VaultTransitProvider({ keyName, allowsPlainHttp, ...vaultSettings(options) })),
  ];
}

/** The settings of Vault's own command line: VAULT_ADDR, VAULT_NAMESPACE, VAULT_TOKEN, ~/.vault-token. */
function vaultSettings({ vaultTokenFile }: KeyArguments): { address: string; token: string; namespace?: string } {
  const { VAULT_ADDR: address, VAULT_TOKEN, VAULT_NAMESPACE: namespace } = process.env;
  if (address === undefined || address === '')
    throw UsageError.of('--vault-key needs the address of Vault in VAULT_ADDR');
  const inHome = join(homedir(), '.vault-token');
  const file = vaultTokenFile ?? (!VAULT_TOKEN && existsSync(inHome) ? inHome : undefined);
  const token = file === undefined ? VAULT_TOKEN : loadSecret(file).toString('latin1').trim();
  if (!token) throw UsageError.of('--vault-key needs a token: VAULT_TOKEN, --vault-token-file or ~/.vault-token');
  if (!/^[\x21-\x7e]+$/.test(token)) throw UsageError.of('the Vault token is not one line of visible ASCII');
  return { address, token, ...(namespace ? { namespace } : {}) };
}
