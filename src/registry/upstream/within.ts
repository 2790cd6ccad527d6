interface Bounds {
  readonly untilMs: number;
  readonly nowMs: number;
  readonly signal: AbortSignal;
}

/** Extra time in which what keeps to the same bound may answer by itself. */
const GRACE_MS = 500;

/** What comes in time; undefined where it does not, or nobody waits any more. What is under way goes on. */
export async function within<T>({ untilMs, nowMs, signal }: Bounds, run: () => Promise<T>): Promise<T | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let leave = (): void => undefined;
  const late = new Promise<undefined>((resolve) => {
    leave = () => resolve(undefined);
    timer = setTimeout(leave, Math.max(0, untilMs - nowMs) + GRACE_MS);
    signal.addEventListener('abort', leave, { once: true });
  });
  try {
    return await Promise.race([run(), late]);
  } finally {
    clearTimeout(timer);
    signal.removeEventListener('abort', leave);
  }
}
