import type { Kysely } from 'kysely';
import type { Database } from '../tables/index.ts';

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;

/** What thinning needs to know of a checkpoint. */
export interface KnownCheckpoint {
  readonly size: number;
  /** ms since 1970. */
  readonly time: number;
  /** How many witnesses cosigned it. */
  readonly cosignatures: number;
}

/**
 * Sizes of the checkpoints that the history can do without: it keeps all of the last hour, one a minute of the last day,
 * and one an hour before. Of each minute or hour that is the one that most witnesses cosigned, and of those the last:
 * whoever vouches for a later one vouches for all before it. The first, the last and those in `needed` always stay.
 */
export function dispensable(
  known: readonly KnownCheckpoint[],
  { nowMs, needed }: { readonly nowMs: number; readonly needed: ReadonlySet<number> },
): number[] {
  const kept = new Map<string, KnownCheckpoint>();
  for (const one of known) {
    const period = periodOf(one, nowMs);
    const best = kept.get(period);
    if (best === undefined || one.cosignatures >= best.cosignatures) kept.set(period, one);
  }
  const stay = new Set([...kept.values(), ...known.slice(0, 1), ...known.slice(-1)].map(({ size }) => size));
  return known.map(({ size }) => size).filter((size) => !stay.has(size) && !needed.has(size));
}

/** A period is thinned when all of it is old enough: what stays is the same whenever it is done. */
function periodOf({ size, time }: KnownCheckpoint, nowMs: number): string {
  for (const [title, lengthMs, olderThanMs] of [
    ['hour', HOUR_MS, DAY_MS],
    ['minute', MINUTE_MS, HOUR_MS],
  ] as const) {
    const number = Math.floor(time / lengthMs);
    if ((number + 1) * lengthMs <= nowMs - olderThanMs) return `${title} ${number}`;
  }
  return `size ${size}`;
}

export interface Dispensable {
  readonly sizes: readonly number[];
  /** Nothing before it will ever be dispensable: the next look begins here. */
  readonly settledSize: number;
}

/** Looks for checkpoints to drop, from `fromSize` on. */
export async function findDispensable(
  db: Kysely<Database>,
  { nowMs, fromSize }: { readonly nowMs: number; readonly fromSize: number },
): Promise<Dispensable> {
  const rows = await db
    .selectFrom('ledger_checkpoint')
    .select(['size', 'time'])
    .where('size', '>=', fromSize)
    .orderBy('size')
    .execute();
  const cosigned = await db
    .selectFrom('ledger_cosignature')
    .select(({ fn }) => ['size', fn.countAll<number>().as('count')])
    .where('size', '>=', fromSize)
    .groupBy('size')
    .execute();
  const counts = new Map(cosigned.map(({ size, count }) => [size, count]));
  const known = rows.map(({ size, time }) => ({ size, time, cosignatures: counts.get(size) ?? 0 }));
  const settled = known.filter((one) => periodOf(one, nowMs).startsWith('hour '));
  return {
    sizes: dispensable(known, { nowMs, needed: await lastOfWitnesses(db) }),
    settledSize: settled.at(-1)?.size ?? fromSize,
  };
}

/** The last checkpoint that each witness cosigned is its word for all that came before. */
async function lastOfWitnesses(db: Kysely<Database>): Promise<ReadonlySet<number>> {
  const rows = await db
    .selectFrom('ledger_cosignature')
    .select(({ fn }) => ['witness', fn.max('size').as('size')])
    .groupBy('witness')
    .execute();
  return new Set(rows.map(({ size }) => size));
}
