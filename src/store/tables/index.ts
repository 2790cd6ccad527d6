import type { JobTables } from './jobs.ts';
import type { LedgerTables } from './ledger.ts';
import type { PeopleTables } from './people.ts';
import type { PolicyTables } from './policies.ts';
import type { RegistryTables } from './registry.ts';
import type { ReviewTables } from './reviews.ts';
import type { ServicesTables } from './services.ts';

/** Every table, by area. A column's type is what both databases give: numbers, text, bytes; never a boolean or a date. */
export interface Database
  extends JobTables,
    LedgerTables,
    PeopleTables,
    PolicyTables,
    RegistryTables,
    ReviewTables,
    ServicesTables {}
