import { Option, type Command } from 'commander';
import { DEFAULT_SHARD_BYTES, hashNames } from '../../sign/names.ts';
import { signFormats, type AttestArguments, type DigestArguments, type SignArguments } from '../sign/sign-arguments.ts';
import { positiveInteger } from './number-arguments.ts';

const AFTER_SIGN = `
The signature is a bundle of OpenSSF Model Signing 1.0, in PATH/model.sig, or FILE.sig for a single file.

Exit code: 0 signed; 1 the model is refused, such as one with links; 2 could not run. Then nothing was written.

Examples:
  vouchsafe keygen sign release.key
  vouchsafe sign model/ --key release.key
  vouchsafe sign model/ --key ci.key --certificate-chain ci-chain.pem
  vouchsafe sign model/ --keyless --fulcio-url URL --rekor-url URL --identity-token-file token`;

const AFTER_ATTEST = `
Statements are appended to PATH/model.intoto.jsonl, or FILE.intoto.jsonl for a single file. Their subject is the root
digest of the model's signature; the files are hashed first, so that what is attested is about what is there.

Exit code: 0 attested; 1 the model or statement is refused; 2 could not run. Then nothing was written.

Examples:
  vouchsafe scan model/ --hash -f json > report.json
  vouchsafe attest model/ --key ci.key --scan report.json
  vouchsafe attest model/ --key ci.key --conversion model/vouchsafe.conversion.json --bom model/model.cdx.json
  vouchsafe attest model/ --key qa.key --predicate-type https://example.org/review/v1 --predicate review.json`;

const AFTER_DIGEST = `
Exit code: 0; 1 the model is refused, such as one with links; 2 could not run.

Examples:
  vouchsafe digest model/
  vouchsafe digest model/ --shard-size 1000000000 -f json`;

/** Adds `vouchsafe sign`. */
export function defineSign(program: Command): void {
  const command = program
    .command('sign')
    .summary('sign a model: a folder or a file')
    .description('Hashes every file of a model and signs the list, so that any change to any of them shows.')
    .argument('<path>', 'folder or file')
    .option('--signature <file>', 'where the signature goes (default: in the folder, or beside the file)');
  withSigner(command);
  withHashing(command);
  command.addHelpText('after', AFTER_SIGN).action(async (path: string, options: SignArguments) => {
    const { runSign } = await import('../sign/run-sign.ts');
    await runSign(path, options);
  });
}

/** Adds `vouchsafe attest`. */
export function defineAttest(program: Command): void {
  const command = program
    .command('attest')
    .summary('say something about a model, signed')
    .description('Signs statements about a model: how it was scanned, what it was made from, what is in it.')
    .argument('<path>', 'folder or file')
    .option('--scan <report>', 'JSON report of `vouchsafe scan`, best with --hash')
    .option('--conversion <record>', 'record that `vouchsafe convert` wrote')
    .option('--bom <file>', 'CycloneDX or SPDX document in JSON')
    .option('--validation <file>', 'test result in the form of the in-toto test-result predicate')
    .option('--predicate-type <uri>', 'type of --predicate')
    .option('--predicate <file>', 'JSON document of any other type')
    .option('--signature <file>', 'signature bundle of the model (default: in the folder, or beside the file)')
    .option('--output <file>', 'file to append to (default: in the folder, or beside the file)')
    .addOption(ignoreOption());
  withSigner(command);
  withOutput(command);
  command.addHelpText('after', AFTER_ATTEST).action(async (path: string, options: AttestArguments) => {
    const { runAttest } = await import('../sign/run-attest.ts');
    await runAttest(path, options);
  });
}

/** Adds `vouchsafe digest`. */
export function defineDigest(program: Command): void {
  const command = program
    .command('digest')
    .summary('print the root digest of a model')
    .description('Hashes a model as `sign` does, and prints the digest that stands for all of it.')
    .argument('<path>', 'folder or file')
    .option('--signature <file>', 'file that is left out like a signature');
  withHashing(command);
  command.addHelpText('after', AFTER_DIGEST).action(async (path: string, options: DigestArguments) => {
    const { runDigest } = await import('../sign/run-digest.ts');
    await runDigest(path, options);
  });
}

function withSigner(command: Command): void {
  command
    .option('--key <file>', 'EC private key in PEM (P-256, P-384, P-521), readable by its owner only')
    .option('--key-passphrase-file <file>', 'first line is the passphrase of --key; asked for on a terminal otherwise')
    .option('--certificate-chain <file>', 'certificate of --key and those above it, in PEM, the signer’s first')
    .addOption(
      new Option('--keyless', 'sign with an identity token in place of a key').conflicts(['key', 'certificateChain']),
    )
    .option('--fulcio-url <url>', 'certificate authority for --keyless')
    .option('--rekor-url <url>', 'transparency log: for --keyless, or to keep the moment of signing with --key')
    .option('--identity-token-file <file>', 'OpenID Connect token for --keyless; default: $SIGSTORE_ID_TOKEN')
    .option('--trusted-root <file>', 'verify what the services answered to --keyless before anything is written');
}

function withHashing(command: Command): void {
  command
    .addOption(ignoreOption())
    .addOption(new Option('--hash <name>', 'hash for files').choices(hashNames).default('sha256'))
    .addOption(
      new Option('--shard-size [bytes]', 'hash files in pieces of this size, several at once (default: 1000000000)')
        .preset(String(DEFAULT_SHARD_BYTES))
        .argParser(positiveInteger),
    )
    .option('--allow-symlinks', 'sign what symbolic links lead to, under the names of the links');
  withOutput(command);
}

function withOutput(command: Command): void {
  command
    .addOption(formatOption())
    .option('-j, --jobs <number>', 'threads (default: one for each processor)', positiveInteger)
    .option('--no-progress', 'no progress line');
}

export function formatOption(): Option {
  return new Option('-f, --format <format>', 'how to print').choices(signFormats).default('terminal');
}

export function ignoreOption(): Option {
  return new Option('--ignore-paths <path...>', 'files and folders that are not part of the model').default([], 'none');
}
