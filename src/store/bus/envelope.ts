import { randomBytes } from 'node:crypto';

/** Names a process among those on a bus. */
export function newSender(): string {
  return randomBytes(12).toString('hex');
}

const ENVELOPE = /^([0-9a-f]{24}) (.*)$/s;

export function wrap(sender: string, message: string): string {
  return `${sender} ${message}`;
}

/** The message of another process; undefined for one's own, which were told already, and for what is none. */
export function unwrap(sender: string, text: string): string | undefined {
  const [, from, message] = ENVELOPE.exec(text) ?? [];
  return from === sender ? undefined : message;
}
