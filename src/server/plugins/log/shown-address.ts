import ipaddr from 'ipaddr.js';
import type { ServerConfig } from '../../config/schema.ts';

const V4_PREFIX_BITS = 24;
const V6_PREFIX_BITS = 48;

/** A network address as the log may show it: whole, its network only (/24, /48), or nothing. */
export function shownAddress(address: string, mode: ServerConfig['log']['addresses']): string | null {
  if (mode === 'none' || !ipaddr.isValid(address)) return null;
  const parsed = ipaddr.process(address);
  if (mode === 'full') return parsed.toString();
  return parsed.kind() === 'ipv4'
    ? `${ipaddr.IPv4.networkAddressFromCIDR(`${parsed.toString()}/${V4_PREFIX_BITS}`).toString()}/${V4_PREFIX_BITS}`
    : `${ipaddr.IPv6.networkAddressFromCIDR(`${parsed.toString()}/${V6_PREFIX_BITS}`).toString()}/${V6_PREFIX_BITS}`;
}
