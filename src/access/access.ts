import type { Bus } from '../store/bus/bus.ts';
import type { Store } from '../store/store.ts';
import type { Authorizer } from './decision.ts';
import { AccessRecords } from './grants/access-records.ts';
import { GrantUsage } from './grants/grant-usage.ts';
import { createAuthorizer } from './policies/authorizer.ts';
import type { PolicyOffice } from './policies/change-policies.ts';
import { createDecideModels, type DecideModels } from './policies/decide-models.ts';
import type { PolicyDesk } from './policies/desk.ts';
import { PolicyExaminer } from './policies/examiner.ts';
import type { DualControl } from './policies/settings.ts';
import { putFirstPolicies } from './policies/first-policies.ts';

export interface AccessOptions {
  readonly store: Store;
  readonly bus: Bus;
  /** ms since 1970. */
  readonly clock: () => number;
  /** For how long a passkey with user verification counts as recent. */
  readonly stepUpSeconds: number;
  readonly dualControl: DualControl;
  /** Told of what fails beside requests, such as noting when grants were used. */
  readonly onError: (error: unknown) => void;
}

/** Grants and policies: what decides, and what answers questions about it. */
export interface Access extends PolicyDesk, PolicyOffice {
  readonly authorizer: Authorizer;
  /** For lists of models. */
  readonly decideModels: DecideModels;
  readonly usage: GrantUsage;
  close(): Promise<void>;
}

/** Puts the first policies into force where there are none, and gets ready to decide. */
export async function openAccess(options: AccessOptions): Promise<Access> {
  const { store, bus, clock, stepUpSeconds, dualControl, onError } = options;
  await putFirstPolicies(store, clock());
  const records = new AccessRecords({ store, bus });
  await records.fresh();
  const usage = new GrantUsage({ store, onError });
  const examiner = new PolicyExaminer();
  const deciding = { records, usage, clock, stepUpSeconds };
  return {
    store,
    bus,
    clock,
    dualControl,
    records,
    usage,
    examiner,
    authorizer: createAuthorizer(deciding),
    decideModels: createDecideModels(deciding),
    close: async () => {
      records.close();
      await examiner.close();
      await usage.close();
    },
  };
}
