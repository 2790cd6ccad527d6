import type { z } from 'zod';
import type { ActionId } from '../../contract/actions.ts';
import type { issuedKey, key } from '../../contract/types/people.ts';
import type { ServiceKeyTable } from '../../store/tables/services.ts';
import { keyEndsAt, keyState } from './state.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';

export type KeyView = z.infer<typeof key>;
export type IssuedKey = z.infer<typeof issuedKey>;

export function keyView(row: ServiceKeyTable, nowMs: number): KeyView {
  return {
    id: row.id,
    serviceId: row.service_id,
    name: row.name,
    prefix: row.prefix,
    scopes: JSON.parse(row.scopes) as ActionId[],
    networks: JSON.parse(row.networks) as string[],
    createdAt: timeText(row.created_at),
    expiresAt: timeText(keyEndsAt(row)),
    lastUsedAt: timeTextOrNull(row.last_used_at),
    lastUsedFrom: row.last_used_from,
    state: keyState(row, nowMs),
    replacedBy: row.replaced_by,
  };
}
