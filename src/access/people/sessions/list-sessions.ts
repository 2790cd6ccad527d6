import type { z } from 'zod';
import type { session } from '../../../contract/types/session.ts';
import { readPage, type PageQuery } from '../accounts/page.ts';
import type { People } from '../people.ts';
import { factorsIn } from './known-session.ts';
import { idleMsOf } from './resolve-session.ts';
import { timeText } from '../../../contract/time-text.ts';

type SessionView = z.infer<typeof session>;

export interface SessionPage {
  readonly items: SessionView[];
  readonly next: string | null;
}

/** Sessions of a person that are still good, the newest first. */
export async function listSessions(
  { store, clock, settings }: People,
  { personId, currentId, page }: { readonly personId: string; readonly currentId?: string; readonly page: PageQuery },
): Promise<SessionPage> {
  const nowMs = clock();
  const base = store.read
    .selectFrom('people_sessions')
    .selectAll()
    .where('person_id', '=', personId)
    .where('kind', '=', 'full')
    .where('expires_at', '>', nowMs)
    .where('last_seen_at', '>', nowMs - idleMsOf(settings))
    .orderBy('id', 'desc')
    .limit(page.limit + 1);
  const rows = await (page.cursor === undefined ? base : base.where('id', '<', page.cursor)).execute();
  const { items, next } = readPage(rows, page.limit);
  return {
    next,
    items: items.map((row) => ({
      id: row.id,
      current: row.id === currentId,
      createdAt: timeText(row.created_at),
      lastSeenAt: timeText(row.last_seen_at),
      expiresAt: timeText(row.expires_at),
      level: row.level,
      factors: [...factorsIn(row.factors)],
      address: row.address,
      agent: row.agent,
    })),
  };
}
