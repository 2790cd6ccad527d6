import ipaddr from 'ipaddr.js';

/** Looks public and is not: answers only inside of a cloud, with its secrets (Azure's platform address). */
const METADATA = ['168.63.129.16/32'];

/** The part of version 6 that is given out to the Internet at all (RFC 4291 section 2.4, IANA). */
const GLOBAL_V6 = ipaddr.parseCIDR('2000::/3');

type Network = [ipaddr.IPv4 | ipaddr.IPv6, number];

/** Which addresses the server may call. */
export interface AddressPolicy {
  /** Why not; undefined where it may. */
  refusal(address: string): string | undefined;
  /** Whether a network that the operator named has it. */
  isNamed(address: string): boolean;
}

/**
 * Public addresses and the networks that the operator names; nothing else. What is special in any registry is not public: private, shared,
 * loopback, link-local (there live the secrets of clouds), unique local, multicast, documentation, and every form that wraps an
 * address of version 4 (mapped, NAT64, 6to4, Teredo), which could wrap any of these.
 */
export function addressPolicy(allowNetworks: readonly string[]): AddressPolicy {
  const named = allowNetworks.map((network) => ipaddr.parseCIDR(network));
  const metadata = METADATA.map((network) => ipaddr.parseCIDR(network));
  const isNamed = (address: string): boolean => ipaddr.isValid(address) && isIn(ipaddr.process(address), named);
  return {
    isNamed,
    refusal(address) {
      if (!ipaddr.isValid(address)) return 'it has no valid address';
      if (isNamed(address)) return undefined;
      const parsed = ipaddr.parse(address);
      if (isIn(parsed, metadata)) return 'its address is of a cloud’s metadata';
      const range = parsed.range();
      if (range !== 'unicast') return `its address is not public (${range})`;
      return parsed.kind() === 'ipv4' || parsed.match(GLOBAL_V6) ? undefined : 'its address is not public';
    },
  };
}

function isIn(address: ipaddr.IPv4 | ipaddr.IPv6, networks: readonly Network[]): boolean {
  return networks.some(
    ([network, bits]) => network.kind() === address.kind() && address.match([network, bits] as never),
  );
}
