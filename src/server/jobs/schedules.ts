import type { JobSchedule } from '../../store/jobs/upkeep.ts';
import type { ServerConfig } from '../config/schema.ts';

const DAY_SECONDS = 86_400;
const HOUR_SECONDS = 3600;

/** What is done again and again, by whichever process comes first. */
export function schedulesOf({ ledger }: Pick<ServerConfig, 'ledger'>): readonly JobSchedule[] {
  const retention: JobSchedule = { name: 'ledger.retention', kind: 'ledger.retention', everySeconds: DAY_SECONDS };
  return [
    { name: 'blobs.sweep', kind: 'blobs.sweep', everySeconds: DAY_SECONDS },
    { name: 'registry.waivers', kind: 'registry.waivers', everySeconds: HOUR_SECONDS },
    ...(ledger.retentionDays === null ? [] : [retention]),
  ];
}
