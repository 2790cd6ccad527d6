import { addressGroup } from '../../address-group.ts';
import type { Limit } from '../../../store/counters/counters.ts';
import type { Change } from '../../../store/store.ts';
import { emailKey } from '../accounts/email-key.ts';
import { PeopleError } from '../errors.ts';
import type { People } from '../people.ts';
import { type Client, authenticationEntry } from '../record.ts';

/**
 * Attempts that an account bears. Each window is longer than the one before and allows fewer in proportion, so that the wait grows with the
 * number of attempts that failed: up to half a minute, five minutes, an hour, and, after as many as NIST SP 800-63B-4, section 3.2.2, lets
 * pass at all, a day. A success, a passkey or an administrator ends the wait.
 */
const accountLimits: readonly Limit[] = [
  { count: 5, windowSeconds: 30 },
  { count: 10, windowSeconds: 300 },
  { count: 20, windowSeconds: 3600 },
  { count: 100, windowSeconds: 24 * 3600 },
];

/** Fewer than the account bears: a stranger at one address shuts out himself, not the person. */
const addressAccountLimits: readonly Limit[] = [
  { count: 4, windowSeconds: 30 },
  { count: 8, windowSeconds: 900 },
];

/** Many people may share one address, as behind a company's firewall. */
const addressLimits: readonly Limit[] = [
  { count: 60, windowSeconds: 60 },
  { count: 300, windowSeconds: 3600 },
];

/**
 * Codes have six digits, of which three count at a time. The wait grows here too: who knows the password and guesses on, day and night, has 40
 * guesses a day, which find a code in 23 years on average; without the last window it would be two.
 */
const codeLimits: readonly Limit[] = [
  { count: 10, windowSeconds: 300 },
  { count: 20, windowSeconds: 3600 },
  { count: 40, windowSeconds: 24 * 3600 },
];

/** For each sign-in under way; a new one needs the password again. */
const pendingLimits: readonly Limit[] = [{ count: 5, windowSeconds: 600 }];

/** What is limited, by a digest: no address and no name is readable in Redis. */
export interface AttemptKey {
  readonly kind: 'address' | 'account' | 'address-account' | 'code' | 'pending' | 'proof';
  readonly of: readonly string[];
}

const limitsOf: Readonly<Record<AttemptKey['kind'], readonly Limit[]>> = {
  address: addressLimits,
  account: accountLimits,
  'address-account': addressAccountLimits,
  code: codeLimits,
  pending: pendingLimits,
  proof: pendingLimits,
};

/** The window that has no attempt left. */
export interface Refusal {
  readonly key: AttemptKey;
  readonly limit: Limit;
  readonly retryAfterSeconds: number;
  readonly counter: string;
}

/** Takes one attempt from each window before it is made: however many come at once, no more than the limit are tried. */
async function take(people: People, key: AttemptKey): Promise<Refusal | null> {
  for (const [index, limit] of limitsOf[key.kind].entries()) {
    const counter = counterName(people, key, index);
    const { allowed, retryAfterSeconds } = await people.counters.take(counter, limit);
    if (!allowed) return { key, limit, retryAfterSeconds, counter };
  }
  return null;
}

/** Gives attempts back after one that was right. */
export async function forgive(people: People, keys: readonly AttemptKey[]): Promise<void> {
  const names = keys.flatMap((key) => limitsOf[key.kind].map((_, index) => counterName(people, key, index)));
  await Promise.all(names.map((name) => people.counters.reset(name)));
}

function counterName({ secrets }: People, key: AttemptKey, index: number): string {
  const digest = secrets.mac('attempts', [key.kind, ...key.of]).toString('base64url');
  return `people:${key.kind}:${index}:${digest}`;
}

/** What an attempt with an e-mail address is counted by; for an address that nobody has like for one that somebody has. */
export function passwordAttemptKeys(email: string, client: Client): readonly AttemptKey[] {
  const account = emailKey(email);
  return [
    addressKey(client),
    { kind: 'address-account', of: [addressGroup(client.address), account] },
    { kind: 'account', of: [account] },
  ];
}

export function addressKey({ address }: Client): AttemptKey {
  return { kind: 'address', of: [addressGroup(address)] };
}

/** A refusal for too many attempts is recorded once in a while, or a flood would fill the ledger. */
const REFUSAL_ENTRY_SECONDS = 60;

export interface Attempt {
  readonly keys: readonly AttemptKey[];
  readonly activity: string;
  readonly client: Client;
  readonly personId?: string;
  /** Does what follows from the first refusal in a while, in the change that records it: a second one would take time that a stranger sees. */
  readonly onRefused?: (change: Change, refusal: Refusal) => Promise<void>;
}

/**
 * Takes an attempt from each key, and refuses where one has none left.
 * @throws PeopleError `too-many-attempts`.
 */
export async function takeAttempt(people: People, attempt: Attempt): Promise<void> {
  for (const key of attempt.keys) {
    const refusal = await take(people, key);
    if (refusal === null) continue;
    if (await people.counters.once(`${refusal.counter}:refused`, REFUSAL_ENTRY_SECONDS)) {
      await recordRefusal(people, attempt, refusal);
    }
    throw PeopleError.tooMany(refusal.retryAfterSeconds);
  }
}

async function recordRefusal(people: People, attempt: Attempt, refusal: Refusal): Promise<void> {
  const { activity, client, personId = null, onRefused } = attempt;
  await people.store.change(async (change) => {
    const reasons = [`too many attempts by ${refusal.key.kind}`];
    change.record(authenticationEntry({ activity, personId, client, outcome: 'failure', reasons, severity: 'medium' }));
    await onRefused?.(change, refusal);
  });
}
