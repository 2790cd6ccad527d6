import type { Expression, ExpressionBuilder, Kysely, SqlBool } from 'kysely';
import type { Database } from '../tables/index.ts';

/** What an entry holds of whoever acts; everything else tells of what it was done to. */
const OF_THE_ACTOR = ['address', 'agent', 'comment'];

/** Objects that have data of their own. */
const PRINCIPALS = ['person', 'service'];

type Openings = ExpressionBuilder<Database, 'ledger_opening' | 'ledger_entry'>;

/**
 * Erases what the commitments of the ledger stand for, as far as it is somebody's: in entries about him all but where
 * another acted from, in those of his own acts all but what they tell of another; and failed attempts to sign in with
 * an e-mail address that was his, before or after there was an account. The entries and the tree stay as they are;
 * nobody can say any more what was committed to. Call it within a change that records it.
 * @returns how many values were erased.
 */
export async function eraseOpenings(sql: Kysely<Database>, id: string): Promise<number> {
  // First, because the addresses are found in what is erased then.
  const stray = await eraseWhere(sql, (eb) => isStray(eb, id));
  return stray + (await eraseWhere(sql, (eb) => eb.or([isOfObject(eb, id), isOfActor(eb, id)])));
}

async function eraseWhere(sql: Kysely<Database>, condition: (eb: Openings) => Expression<SqlBool>): Promise<number> {
  const found = sql
    .selectFrom('ledger_opening')
    .innerJoin('ledger_entry', 'ledger_entry.entry_index', 'ledger_opening.entry_index')
    .select(['ledger_opening.entry_index', 'ledger_opening.field'])
    .where(condition);
  const { numDeletedRows } = await sql
    .deleteFrom('ledger_opening')
    .where((eb) => eb(eb.refTuple('entry_index', 'field'), 'in', found.$asTuple('entry_index', 'field')))
    .executeTakeFirst();
  return Number(numDeletedRows);
}

function isOfObject(eb: Openings, id: string): Expression<SqlBool> {
  const isHisActToo = eb.or([eb('actor_id', '=', id), eb('actor_kind', 'not in', PRINCIPALS)]);
  return eb.and([eb('object_id', '=', id), eb.or([eb('field', 'not in', OF_THE_ACTOR), isHisActToo])]);
}

function isOfActor(eb: Openings, id: string): Expression<SqlBool> {
  const tellsOfNobodyElse = eb.or([eb('object_kind', 'is', null), eb('object_kind', 'not in', PRINCIPALS)]);
  return eb.and([eb('actor_id', '=', id), eb.or([eb('field', 'in', OF_THE_ACTOR), tellsOfNobodyElse])]);
}

/** Entries about nobody that is known, with an address that entries about him have. */
function isStray(eb: Openings, id: string): Expression<SqlBool> {
  const addresses = eb
    .selectFrom('ledger_opening as his')
    .innerJoin('ledger_entry as own', 'own.entry_index', 'his.entry_index')
    .select((own) => own.fn<string>('lower', ['his.value']).as('address'))
    .where('own.object_id', '=', id)
    .where('his.field', '=', 'email');
  const entries = eb
    .selectFrom('ledger_opening as other')
    .select('other.entry_index')
    .where('other.field', '=', 'email')
    .where((other) => other(other.fn<string>('lower', ['other.value']), 'in', addresses));
  return eb.and([
    eb('object_id', 'is', null),
    eb('actor_kind', '=', 'anonymous'),
    eb('ledger_opening.entry_index', 'in', entries),
  ]);
}
