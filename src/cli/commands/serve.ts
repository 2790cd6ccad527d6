import { Option, type Command } from 'commander';
import type { ServeFlags } from '../../server/config/load-config.ts';
import { portNumber } from './number-arguments.ts';

const AFTER = `
Without flags it listens on this machine only, at http://localhost:4800, and keeps everything in one folder. Each flag
has a key in the configuration file (docs/serve.md), most have a variable: VOUCHSAFE_CONFIG, VOUCHSAFE_DATA,
VOUCHSAFE_HOST, VOUCHSAFE_PORT, VOUCHSAFE_ORIGIN, VOUCHSAFE_LOG_LEVEL.

Signals: SIGTERM and SIGINT stop it once requests under way have ended, a second one at once; SIGHUP reads the
certificate again.

Exit code: 0 stopped as asked; 2 could not run.

Examples:
  vouchsafe serve
  vouchsafe serve --data /var/lib/vouchsafe --host 0.0.0.0 --tls-cert cert.pem --tls-key key.pem \\
    --origin https://vouchsafe.example.org
  vouchsafe serve --config /etc/vouchsafe.yaml`;

const logLevels = ['debug', 'info', 'warn', 'error', 'silent'];

/** Adds `vouchsafe serve`. */
export function defineServe(program: Command): void {
  program
    .command('serve')
    .summary('run the server and its console')
    .description('Runs the server: the console, the HTTP interface, and the ledger that records every decision.')
    .option('--data <folder>', 'data folder (default: the one of the user)')
    .option('--config <file>', 'YAML file with everything that can be set')
    .option('--host <address>', 'address to listen on (default: 127.0.0.1)')
    .option('--port <number>', 'port to listen on, 0 for any that is free (default: 4800)', portNumber)
    .option('--tls-cert <file>', 'certificate and its chain, in PEM')
    .option('--tls-key <file>', 'private key of the certificate, in PEM')
    .option('--tls-client-ca <file>', 'callers must show a certificate of these authorities, in PEM')
    .option('--behind-proxy', 'a proxy on this machine ends TLS; needs --origin')
    .option('--origin <url>', 'public address, such as https://vouchsafe.example.org')
    .option('--accept-restored-ledger', 'go on with a ledger that is older than what was signed, and record that')
    .addOption(new Option('--log-level <level>', 'what to log (default: info)').choices(logLevels))
    .addHelpText('after', AFTER)
    .action(async (flags: ServeFlags) => {
      const { runServe } = await import('../serve/run-serve.ts');
      process.exitCode = await runServe(flags);
    });
}
