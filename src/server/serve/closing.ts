/** What must be closed in the end, the last opened first. */
export class Closing {
  readonly #steps: (() => Promise<unknown>)[] = [];

  /** Remembers how to close something, and gives it back. */
  add<Opened>(opened: Opened, close: (opened: Opened) => Promise<unknown>): Opened {
    this.#steps.push(() => close(opened));
    return opened;
  }

  /** Closes everything, also where something fails to close. @returns what failed */
  async close(): Promise<readonly unknown[]> {
    const failures: unknown[] = [];
    for (let step = this.#steps.pop(); step !== undefined; step = this.#steps.pop()) {
      await step().catch((error: unknown) => failures.push(error));
    }
    return failures;
  }
}

/** Opens several things. What was opened is closed again where something fails. */
export async function openAll<Opened>(open: (closing: Closing) => Promise<Opened>): Promise<Opened> {
  const closing = new Closing();
  try {
    return await open(closing);
  } catch (error) {
    await closing.close();
    throw error;
  }
}
