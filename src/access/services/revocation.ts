import type { Bus } from '../../store/bus/bus.ts';
import type { Credential } from './credential.ts';

/** What ended: all of a service's credentials, a key with its tokens, or one token. */
export interface Ended {
  readonly kind: 'service' | 'key' | 'token';
  readonly id: string;
}

/** Tells every process, this one too. Whoever misses it trusts its memory for `maxStaleMs` at most. */
export function announceEnd(bus: Bus, { kind, id }: Ended): void {
  bus.publish('access', `${kind} ${id}`);
}

/** Which credentials a message on the topic `access` is about. Messages about sessions and people mean none of them. */
export function isAbout(message: string): (credential: Credential) => boolean {
  const [kind, id] = message.split(' ', 2);
  if (kind === 'service') return ({ serviceId }) => serviceId === id;
  if (kind === 'key') return ({ keyId }) => keyId === id;
  if (kind === 'token') return (credential) => credential.kind === 'token' && credential.id === id;
  return () => false;
}
