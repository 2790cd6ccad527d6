import { lookup } from 'node:dns/promises';
import { isIP } from 'node:net';
import type { AddressPolicy } from './address-policy.ts';
import { FetchError } from './errors.ts';

export interface Resolved {
  readonly address: string;
  readonly family: 4 | 6;
}

/** Every address of a host, in the order in which they should be tried. */
export type Lookup = (hostname: string) => Promise<readonly Resolved[]>;

export const systemLookup: Lookup = async (hostname) =>
  (await lookup(hostname, { all: true })).map(({ address, family }) => ({ address, family: family === 6 ? 6 : 4 }));

export interface ResolveRules {
  readonly policy: AddressPolicy;
  readonly allowHttp: boolean;
  readonly lookup: Lookup;
}

/**
 * The one address to connect to. All addresses of the host must be allowed: who answers with a good and a bad one is trying something.
 * Whoever connects uses this answer and asks nobody again, so a name cannot lead elsewhere the second time (DNS rebinding).
 * @throws FetchError `fetch-refused`, `fetch-failed`
 */
export async function resolveTarget(url: URL, { policy, allowHttp, lookup }: ResolveRules): Promise<Resolved> {
  checkForm(url);
  // The URL standard has written numbers, octal and hexadecimal forms of version 4 as four decimals by now.
  const host = url.hostname.replaceAll(/^\[|\]$/g, '');
  const found = await addressesOf(host, lookup).catch((error: unknown) => {
    throw FetchError.of('fetch-failed', url, 'its name has no address', error);
  });
  const [first] = found;
  if (first === undefined) throw FetchError.of('fetch-failed', url, 'its name has no address');
  for (const { address } of found) {
    const refusal = policy.refusal(address);
    if (refusal !== undefined) throw FetchError.of('fetch-refused', url, refusal);
    if (url.protocol === 'http:' && !(allowHttp && policy.isNamed(address))) {
      throw FetchError.of('fetch-refused', url, 'expected https');
    }
  }
  return first;
}

/** An address stands for itself: whoever connects to it asks no resolver either. */
async function addressesOf(host: string, lookup: Lookup): Promise<readonly Resolved[]> {
  const family = isIP(host);
  return family === 0 ? lookup(host) : [{ address: host, family: family === 6 ? 6 : 4 }];
}

function checkForm(url: URL): void {
  if (url.protocol !== 'https:' && url.protocol !== 'http:')
    throw FetchError.of('fetch-refused', url, 'expected https');
  if (url.username !== '' || url.password !== '') throw FetchError.of('fetch-refused', url, 'expected no user in it');
}
