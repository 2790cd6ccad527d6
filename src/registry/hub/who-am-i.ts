import type { Caller } from '../../access/caller.ts';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import { timeText } from '../../contract/time-text.ts';
import type { Registry } from '../registry.ts';
import { HubError } from './errors.ts';

/** Who shows the token, in the words of the hub. @throws HubError `hub-sign-in` */
export async function whoAmI({ store }: Pick<Registry, 'store'>, { principal, credential }: Caller) {
  if (principal === null) throw HubError.of('hub-sign-in');
  const { name } = named(await findPrincipals(store.read, [principal]), principal);
  const key = credential?.kind === 'key' ? await findKey(store.read, credential.id) : undefined;
  return {
    type: 'user',
    id: principal.id,
    name,
    fullname: name,
    email: null,
    emailVerified: false,
    isPro: false,
    canPay: false,
    periodEnd: null,
    avatarUrl: '',
    orgs: [],
    auth: {
      type: 'access_token',
      accessToken: {
        displayName: key?.name ?? credential?.kind ?? '',
        // Nothing is written through this interface.
        role: 'read',
        ...(key === undefined ? {} : { createdAt: timeText(key.created_at) }),
      },
    },
  };
}

function findKey(read: Registry['store']['read'], id: string) {
  return read.selectFrom('service_keys').select(['name', 'created_at']).where('id', '=', id).executeTakeFirst();
}
