import type { Store } from '../../../store/store.ts';

/** Whether anybody ever had an account here. */
export async function hasAccounts({ read }: Pick<Store, 'read'>): Promise<boolean> {
  return (await read.selectFrom('people').select('id').limit(1).executeTakeFirst()) !== undefined;
}
