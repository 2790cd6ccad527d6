import { PeopleError } from '../errors.ts';
import { type Argon2Cost, defaultCost, hashPassword, isOutdated, verifyPassword } from './argon2.ts';

export interface PasswordHasherOptions {
  readonly cost?: Argon2Cost;
  /** Hashes at once, each of `cost.memoryKiB`. */
  readonly maxRunning?: number;
  /** More than these wait for nothing: they are refused. */
  readonly maxWaiting?: number;
}

interface Verified {
  readonly matches: boolean;
  /** The hash matched and is weaker than those made now. */
  readonly outdated: boolean;
}

/** Hashes and verifies passwords, never more at once than memory is meant for. */
export interface PasswordHasher {
  /** @throws PeopleError `server-busy`. */
  hash(password: string): Promise<string>;
  /** Works as long for somebody who has no password (`undefined`) as for a wrong one. @throws PeopleError `server-busy`. */
  verify(password: string, phc: string | undefined): Promise<Verified>;
}

/** 3 × 19 MiB. The thread pool of libuv runs four things at once: one thread stays for files and names, however many sign in. */
const MAX_RUNNING = 3;
/** Who waits behind more than these has gone before his turn comes. */
const MAX_WAITING = 100;

export function makePasswordHasher(options: PasswordHasherOptions = {}): PasswordHasher {
  const { cost = defaultCost, maxRunning = MAX_RUNNING, maxWaiting = MAX_WAITING } = options;
  const inTurn = makeTurns(maxRunning, maxWaiting);
  let decoy: Promise<string> | undefined;
  return {
    hash: (password) => inTurn(() => hashPassword(password, cost)),
    async verify(password, phc) {
      decoy ??= hashPassword('nobody has this password', cost);
      const known = phc ?? (await decoy);
      const matches = await inTurn(() => verifyPassword(password, known));
      if (!matches || phc === undefined) return { matches: false, outdated: false };
      return { matches: true, outdated: isOutdated(phc, cost) };
    },
  };
}

/** Runs what it is given, a bounded number at once, the others in order. */
function makeTurns(maxRunning: number, maxWaiting: number): <T>(run: () => Promise<T>) => Promise<T> {
  const waiting: (() => void)[] = [];
  let running = 0;
  const turn = async (): Promise<void> => {
    if (running < maxRunning) {
      running += 1;
      return;
    }
    if (waiting.length >= maxWaiting) throw PeopleError.of('server-busy');
    // Whoever ends hands its place on, so that nobody who comes in between takes it.
    await new Promise<void>((resolve) => {
      waiting.push(resolve);
    });
  };
  return async (run) => {
    await turn();
    try {
      return await run();
    } finally {
      const next = waiting.shift();
      if (next === undefined) running -= 1;
      else next();
    }
  };
}
