import type { JobTables } from './jobs.ts';
import type { LedgerTables } from './ledger.ts';

/** Every table, by area. A column's type is what both databases give: numbers, text, bytes; never a boolean or a date. */
export interface Database extends JobTables, LedgerTables {}
