import { CodedError, type ErrorRow } from '../../bytes/errors.ts';

interface Details {
  /** One line each. */
  readonly details: readonly string[];
}

const row = (title: string, hint?: string): ErrorRow<Details> => ({
  message: ({ details }) => details.map((line) => `${title}: ${line}`).join('\n'),
  ...(hint === undefined ? {} : { hint }),
  exitCode: 2,
  httpStatus: 500,
});

/** Why a server does not start. */
const startErrors = {
  'config-unreadable': row('cannot read the configuration'),
  'config-invalid': row('the configuration is not valid', 'docs/schema/server-config.schema.json describes every key'),
  'secret-unreadable': row('cannot read a secret that the configuration names'),
  'listen-insecure': row(
    'will not listen to a network without TLS',
    'name a certificate with --tls-cert and --tls-key, or say --behind-proxy where a proxy in front ends TLS',
  ),
  'origin-insecure': row('the public address is not secure', 'sessions and passkeys need https, or http on localhost'),
  'counters-apart': row(
    'limits of signing in would hold for each server alone',
    'name Redis in counters, or, where there is only this server, say counters: { memory: { eachAlone: true } }',
  ),
  'tls-unusable': row('cannot use the certificate'),
  'port-in-use': row('the port is taken', 'stop what listens there, or choose another with --port'),
  'port-refused': row('may not listen there', 'ports below 1024 need a privilege: choose another, or use a proxy'),
  'address-unusable': row('cannot listen on this address', 'name an address of this machine with --host'),
} as const;

export type StartErrorCode = keyof typeof startErrors;

/** The server could not be started with what it was given. */
export class StartError extends CodedError {
  declare readonly code: StartErrorCode;

  static of(code: StartErrorCode, detail: string | readonly string[], cause?: unknown): StartError {
    const details = typeof detail === 'string' ? [detail] : detail;
    return new StartError(code, startErrors[code], { details }, cause);
  }
}
