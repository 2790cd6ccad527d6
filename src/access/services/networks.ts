import ipaddr from 'ipaddr.js';
import { type Address, addressOf } from '../address-group.ts';

type Range = readonly [base: Address, prefixBits: number];

const MAPPED_BITS = 96;

/**
 * Whether an address is in one of the networks (CIDR). No networks: every address is. An IPv4 address that arrives mapped into IPv6
 * (`::ffff:10.0.0.1`, RFC 4291 section 2.5.5.2) is what it maps, in the address and in the list. An address that cannot be read is in none.
 */
export function networkTest(networks: readonly string[]): (address: string) => boolean {
  if (networks.length === 0) return () => true;
  const ranges = networks.map(rangeOf);
  return (text) => {
    const address = addressOf(text);
    return address !== undefined && ranges.some((range) => isWithin(address, range));
  };
}

/** Whether every address of a network is in another one too. */
export function isPartOf(network: string, other: string): boolean {
  const [base, bits] = rangeOf(network);
  const outer = rangeOf(other);
  return bits >= outer[1] && isWithin(base, outer);
}

function rangeOf(network: string): Range {
  const [base, bits] = ipaddr.parseCIDR(network);
  if (base.kind() === 'ipv6' && bits >= MAPPED_BITS) {
    const address = base as ipaddr.IPv6;
    if (address.isIPv4MappedAddress()) return [address.toIPv4Address(), bits - MAPPED_BITS];
  }
  return [base, bits];
}

function isWithin(address: Address, [base, bits]: Range): boolean {
  return address.kind() === base.kind() && address.match(base, bits);
}
