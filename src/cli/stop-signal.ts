/**
 * Ended by a second signal, with requests and jobs under way: jobs are taken by others when their lease runs out. 128 and the number of
 * the signal would be taken for a fault of the program by some.
 */
const EXIT_AT_ONCE = 2;

const names = ['SIGTERM', 'SIGINT'] as const;

/** Resolves with the signal that asks to stop. One more ends the process at once, whatever is under way. */
export async function stopSignal(): Promise<NodeJS.Signals> {
  const signal = await new Promise<NodeJS.Signals>((resolve) => {
    for (const name of names) process.once(name, resolve);
  });
  for (const name of names) process.on(name, () => process.exit(EXIT_AT_ONCE));
  return signal;
}
