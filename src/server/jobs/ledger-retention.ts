import { applyRetention } from '../../store/ledger/retention.ts';
import { defineProcessJob } from './define-job.ts';

export const ledgerRetention = defineProcessJob({
  kind: 'ledger.retention',
  title: 'remove the contents of entries that are older than the configuration keeps them',
  run: async ({ store, facts, clock }) => {
    const { retentionDays } = facts.config.ledger;
    if (retentionDays !== null) await applyRetention(store, { days: retentionDays, nowMs: clock() });
    return undefined;
  },
});
