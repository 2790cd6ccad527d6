import type { Kysely } from 'kysely';
import type { RouteId } from '../../../contract/routes/index.ts';
import type { Database } from '../../../store/tables/index.ts';
import type { People } from '../people.ts';

/** All that somebody may do whose role demands a second factor that he has not enrolled yet. */
export const enrolmentRoutes: ReadonlySet<RouteId> = new Set<RouteId>([
  'me.show',
  'me.totpBegin',
  'me.totpConfirm',
  'me.passkeyOptions',
  'me.passkeyAdd',
  'signOut',
]);

/** Whether a role of a person demands two factors; where passwords open nothing, everybody needs another factor. */
export async function demandsStrongFactor(people: People, sql: Kysely<Database>, personId: string): Promise<boolean> {
  if (!people.settings.passwords.isAllowed) return true;
  const held = (await people.ports.rolesOf(sql, [personId])).get(personId) ?? [];
  return held.some((role) => people.settings.strongFactorRoles.includes(role));
}
