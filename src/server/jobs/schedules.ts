import type { JobSchedule } from '../../store/jobs/upkeep.ts';
import type { ServerConfig } from '../config/schema.ts';

const HOUR_SECONDS = 3600;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** What is done again and again, by whichever process comes first. */
export function schedulesOf({ ledger }: Pick<ServerConfig, 'ledger'>): readonly JobSchedule[] {
  const retention: JobSchedule = { name: 'ledger.retention', kind: 'ledger.retention', everySeconds: DAY_SECONDS };
  return [
    { name: 'blobs.sweep', kind: 'blobs.sweep', everySeconds: DAY_SECONDS },
    { name: 'registry.sweep', kind: 'registry.sweep', everySeconds: HOUR_SECONDS },
    ...(ledger.retentionDays === null ? [] : [retention]),
  ];
}
