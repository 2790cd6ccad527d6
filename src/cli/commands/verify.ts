import type { Command } from 'commander';
import type { VerifyArguments } from '../sign/sign-arguments.ts';
import { positiveInteger } from './number-arguments.ts';
import { formatOption, ignoreOption } from './sign.ts';

const AFTER = `
Every file has to be covered by the signature. What is not, has to be named with --ignore-paths or in the policy: that
the signer left it out is not enough. Attestations and bills of materials beside the model are verified too.

Exit code: 0 verified; 1 not as it was signed, or not signed by somebody trusted; 2 could not run.

Examples:
  vouchsafe verify model/ --public-key release.key.pub
  vouchsafe verify model/ --certificate-roots ca.pem
  vouchsafe verify model/ --trusted-root trusted_root.json --identity ci@example.org --identity-provider https://issuer.example.org
  vouchsafe verify model/ --policy signing-policy.yaml --attestations
  vouchsafe verify converted/ --public-key release.key.pub --source original/`;

/** Adds `vouchsafe verify`. */
export function defineVerify(program: Command): void {
  program
    .command('verify')
    .summary('check who signed a model, and that it is what was signed')
    .description('Verifies the signature of a model, all of its files, and the attestations beside it.')
    .argument('<path>', 'folder or file')
    .option(
      '--signature <file...>',
      'signature bundles, all of this model (default: in the folder, or beside the file)',
    )
    .option('--public-key <file...>', 'public keys in PEM of which one must have signed')
    .option('--certificate-roots <file...>', 'root certificates in PEM that the signer’s must lead to')
    .option('--identity <identity>', 'who must have signed keylessly: an e-mail address or URI')
    .option('--identity-provider <url>', 'issuer that vouches for --identity')
    .option('--trusted-root <file>', 'Sigstore trusted root, for keyless signatures and for trusted times')
    .option('--policy <file>', 'YAML file: who must have signed, and what must be attested')
    .option('--attestations', 'fail for every attestation that does not hold, and list all')
    .option('--source <path>', 'compare with what the model was converted from')
    .addOption(ignoreOption())
    .option('--ignore-unsigned-files', 'accept files that no signature covers')
    .addOption(formatOption())
    .option('-j, --jobs <number>', 'threads (default: one for each processor)', positiveInteger)
    .option('--no-progress', 'no progress line')
    .addHelpText('after', AFTER)
    .action(async (path: string, options: VerifyArguments) => {
      const { runVerify } = await import('../sign/run-verify.ts');
      process.exitCode = await runVerify(path, options);
    });
}
