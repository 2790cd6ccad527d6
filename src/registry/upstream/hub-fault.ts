import { RegistryError } from '../errors.ts';

/** Why a hub is no use: it is `down` and may be well later, it `lied` and to ask again changes nothing, or it gives nothing out (`refused`). */
type HubFaultKind = 'down' | 'lied' | 'refused';

/** The cause of a RegistryError about a hub, for whoever decides whether to try again. */
class HubFault extends Error {
  readonly kind: HubFaultKind;
  readonly retryAfterSeconds: number | undefined;

  constructor(
    kind: HubFaultKind,
    { retryAfterSeconds, cause }: { readonly retryAfterSeconds?: number | undefined; readonly cause?: unknown },
  ) {
    super(kind, { cause });
    this.kind = kind;
    this.retryAfterSeconds = retryAfterSeconds;
  }
}

interface Further {
  readonly retryAfterSeconds?: number | undefined;
  readonly cause?: unknown;
}

export function hubDown(detail: string, further: Further = {}): RegistryError {
  return RegistryError.of('upstream-failed', detail, new HubFault('down', further));
}

export function hubLied(detail: string, cause?: unknown): RegistryError {
  return RegistryError.of('upstream-failed', detail, new HubFault('lied', { cause }));
}

export function hubRefused(detail: string): RegistryError {
  return RegistryError.of('upstream-refused', detail, new HubFault('refused', {}));
}

/** What went wrong with the hub; undefined where something else did. */
export function hubFaultOf(
  error: unknown,
): { readonly kind: HubFaultKind; readonly retryAfterSeconds: number | undefined } | undefined {
  if (!(error instanceof RegistryError)) return undefined;
  return error.cause instanceof HubFault ? error.cause : undefined;
}
