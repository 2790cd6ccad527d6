import { isIP } from 'node:net';
import ipaddr from 'ipaddr.js';

export type Address = ipaddr.IPv4 | ipaddr.IPv6;

/** Somebody who has one IPv6 address usually has all of its /64. */
const IPV6_GROUP_BITS = 64;

/** An address as it is compared: without zone, and IPv4 as itself where it arrives mapped into IPv6. Undefined for what is none. */
export function addressOf(text: string): Address | undefined {
  const bare = text.split('%', 1)[0] ?? '';
  // Octal, hexadecimal and short forms are read differently by different programs: they are no addresses here.
  return isIP(bare) === 0 ? undefined : ipaddr.process(bare);
}

/** Who an address counts as when attempts are limited: itself, or the /64 of an IPv6 address. */
export function addressGroup(text: string): string {
  const address = addressOf(text);
  if (address === undefined) return 'unreadable';
  if (address.kind() === 'ipv4') return address.toString();
  const bytes = address.toByteArray().map((byte, at) => (at < IPV6_GROUP_BITS / 8 ? byte : 0));
  return `${ipaddr.fromByteArray(bytes).toString()}/${IPV6_GROUP_BITS}`;
}
