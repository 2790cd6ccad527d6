import type { JobSchedule } from '../../store/jobs/upkeep.ts';
import type { ServerConfig } from '../config/schema.ts';

const MINUTE_SECONDS = 60;
const HOUR_SECONDS = 60 * MINUTE_SECONDS;
const DAY_SECONDS = 24 * HOUR_SECONDS;

/** What is done again and again, by whichever process comes first. */
export function schedulesOf({ ledger }: Pick<ServerConfig, 'ledger'>): readonly JobSchedule[] {
  const retention: JobSchedule = { name: 'ledger.retention', kind: 'ledger.retention', everySeconds: DAY_SECONDS };
  return [
    { name: 'blobs.sweep', kind: 'blobs.sweep', everySeconds: DAY_SECONDS },
    { name: 'registry.sweep', kind: 'registry.sweep', everySeconds: HOUR_SECONDS },
    { name: 'registry.upkeep', kind: 'registry.upkeep', everySeconds: MINUTE_SECONDS },
    { name: 'registry.waivers', kind: 'registry.waivers', everySeconds: HOUR_SECONDS },
    ...(ledger.retentionDays === null ? [] : [retention]),
  ];
}
