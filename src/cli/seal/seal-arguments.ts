import { InvalidArgumentError, Option, type Command } from 'commander';

const sealFormats = ['terminal', 'json'] as const;
type SealFormat = (typeof sealFormats)[number];

/** How keys are named, the same for sealing, opening and rewrapping. */
export interface KeyArguments {
  readonly passphrase?: boolean;
  readonly passphraseFile?: string;
  readonly passphraseFd?: number;
  readonly kms: readonly string[];
  readonly vaultKey: readonly string[];
  readonly vaultTokenFile?: string;
  readonly allowPlainHttp?: boolean;
}

export interface RecipientArguments extends KeyArguments {
  readonly recipient: readonly string[];
  readonly recipientsFile: readonly string[];
}

export interface IdentityArguments extends KeyArguments {
  readonly identity: readonly string[];
}

/** How results are told. */
export interface ReportArguments {
  readonly format: SealFormat;
  readonly progress: boolean;
}

/** Options of `vouchsafe seal`. */
export interface SealArguments extends RecipientArguments, ReportArguments {
  readonly output?: string;
  readonly armor?: boolean;
  readonly hideNames?: boolean;
  readonly followLinks?: boolean;
  readonly force?: boolean;
}

/** Options of `vouchsafe unseal`. */
export interface UnsealArguments extends IdentityArguments, ReportArguments {
  readonly output?: string;
  readonly check?: boolean;
  readonly tensor?: string;
  readonly range?: ByteRange;
  readonly force?: boolean;
}

/** Options of `vouchsafe rewrap`: the keys of `KeyArguments` open, these are sealed to. */
export interface RewrapArguments extends IdentityArguments, ReportArguments {
  readonly recipient: readonly string[];
  readonly recipientsFile: readonly string[];
  readonly newPassphrase?: boolean;
  readonly newPassphraseFile?: string;
  readonly newPassphraseFd?: number;
  readonly newKms: readonly string[];
  readonly newVaultKey: readonly string[];
  readonly remove?: boolean;
}

/** Options of `vouchsafe keygen seal`. */
export interface KeygenArguments extends Pick<KeyArguments, 'passphrase' | 'passphraseFile' | 'passphraseFd'> {
  readonly pq?: boolean;
  readonly format: SealFormat;
}

/** Bytes `[start, end)`; without an end up to the end of the content. */
export interface ByteRange {
  readonly start: number;
  readonly end: number | undefined;
}

const collect = (value: string, all: readonly string[]): readonly string[] => [...all, value];

/** `START-END`, `END` exclusive, or `START-`. @throws InvalidArgumentError. */
export function parseRange(text: string): ByteRange {
  const match = /^(\d{1,15})-(\d{1,15})?$/.exec(text);
  const [start, end] = [Number(match?.[1]), match?.[2] === undefined ? undefined : Number(match[2])];
  if (match === null || (end !== undefined && end < start)) {
    throw new InvalidArgumentError('expected START-END, the end not included, or START-');
  }
  return { start, end };
}

function parseDescriptor(text: string): number {
  if (!/^\d{1,5}$/.test(text)) throw new InvalidArgumentError('expected the number of an open file descriptor');
  return Number(text);
}

/** Options that name a passphrase; a passphrase itself never stands on a command line. */
export function addPassphraseOptions(command: Command): Command {
  return command
    .option('-p, --passphrase', 'ask for a passphrase on the terminal')
    .option('--passphrase-file <file>', 'take the passphrase from a file')
    .option('--passphrase-fd <number>', 'take the passphrase from an open file descriptor', parseDescriptor);
}

/** Options that name keys, in the order in which help shows them. */
export function addKeyOptions(command: Command): Command {
  return addPassphraseOptions(command)
    .addOption(
      new Option('--kms <key>', 'a key of AWS KMS: ARN, id or alias/NAME; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .addOption(
      new Option('--vault-key <name>', 'a key of Vault Transit: NAME or MOUNT/NAME; repeatable')
        .argParser(collect)
        .default([], 'none'),
    )
    .option('--vault-token-file <file>', 'take the Vault token from a file instead of VAULT_TOKEN')
    .option('--allow-plain-http', 'let keys travel to other machines unencrypted');
}

/** The same for who is to open a rewrapped file from now on. */
export function addNewKeyOptions(command: Command): Command {
  return command
    .option('--new-passphrase', 'ask for the new passphrase on the terminal')
    .option('--new-passphrase-file <file>', 'take the new passphrase from a file')
    .option('--new-passphrase-fd <number>', 'take the new passphrase from an open file descriptor', parseDescriptor)
    .addOption(new Option('--new-kms <key>', 'seal to a key of AWS KMS too').argParser(collect).default([], 'none'))
    .addOption(
      new Option('--new-vault-key <name>', 'seal to a key of Vault Transit too').argParser(collect).default([], 'none'),
    );
}

export function addRecipientOptions(command: Command): Command {
  return command
    .addOption(
      new Option('-r, --recipient <key>', 'an age1… recipient; repeatable').argParser(collect).default([], 'none'),
    )
    .addOption(
      new Option('-R, --recipients-file <file>', 'recipients, one a line; repeatable')
        .argParser(collect)
        .default([], 'none'),
    );
}

export function addIdentityOptions(command: Command): Command {
  return command.addOption(
    new Option('-i, --identity <file>', 'identities, one a line; the file may be sealed with a passphrase; repeatable')
      .argParser(collect)
      .default([], 'none'),
  );
}

export function addReportOptions(command: Command): Command {
  return command
    .addOption(new Option('-f, --format <format>', 'how to report').choices(sealFormats).default('terminal'))
    .option('--no-progress', 'no progress line');
}
