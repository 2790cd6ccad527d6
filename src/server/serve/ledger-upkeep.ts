import { applyRetention } from '../../store/ledger/retention.ts';
import { Witnessing } from '../../store/ledger/witnessing.ts';
import type { Fetch } from '../../node/ledger/http.ts';
import type { Store } from '../../store/store.ts';
import type { ServerConfig } from '../config/schema.ts';
import { makeSafeFetch } from '../fetch/safe-fetch.ts';

/** Retention counts in days: it need not look more often. */
const RETENTION_EVERY_MS = 3_600_000;

export interface LedgerUpkeepOptions {
  readonly store: Store;
  readonly config: Pick<ServerConfig, 'ledger' | 'fetch'>;
  readonly clock: () => number;
  readonly warn: (error: unknown) => void;
}

export interface LedgerUpkeep {
  /** Waits for what is under way. */
  readonly stop: () => Promise<void>;
}

/** What the ledger needs from time to time: witnesses are shown its checkpoints, old contents are removed. */
export function startLedgerUpkeep({ store, config, clock, warn }: LedgerUpkeepOptions): LedgerUpkeep {
  const { witnesses, retentionDays: days } = config.ledger;
  const witnessing = new Witnessing({ store, witnesses, fetch: makeSafeFetch(config.fetch) as Fetch, clock });
  witnessing.start();
  if (days === null) return { stop: () => witnessing.stop() };
  let removing: Promise<void> | undefined;
  const remove = (): void => {
    removing ??= applyRetention(store, { days, nowMs: clock() })
      .then(() => undefined, warn)
      .finally(() => {
        removing = undefined;
      });
  };
  remove();
  const timer = setInterval(remove, RETENTION_EVERY_MS).unref();
  return {
    stop: async () => {
      clearInterval(timer);
      await Promise.all([witnessing.stop(), removing]);
    },
  };
}
