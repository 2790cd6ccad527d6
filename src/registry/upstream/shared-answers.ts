interface Remembered<T> {
  readonly answer: Promise<T>;
  untilMs: number;
}

interface Asking<T> {
  readonly key: string;
  readonly ask: () => Promise<T>;
  readonly clock: () => number;
  /** For how long an answer is good; from when it is there. */
  readonly keepMs: (answer: PromiseSettledResult<T>) => number;
}

/** Answers that many want: what is on its way or still good is not asked for again. */
export class SharedAnswers<T> {
  readonly #known = new Map<string, Remembered<T>>();
  readonly #max: number;

  /** Of more than so many, the oldest are forgotten. */
  constructor(max: number) {
    this.#max = max;
  }

  async get({ key, ask, clock, keepMs }: Asking<T>): Promise<T> {
    const found = this.#known.get(key);
    if (found !== undefined && found.untilMs > clock()) return found.answer;
    this.#known.delete(key);
    const [oldest] = this.#known.keys();
    if (this.#known.size >= this.#max && oldest !== undefined) this.#known.delete(oldest);
    const entry: Remembered<T> = { answer: ask(), untilMs: Number.POSITIVE_INFINITY };
    this.#known.set(key, entry);
    const keep = (answer: PromiseSettledResult<T>): void => {
      entry.untilMs = clock() + keepMs(answer);
    };
    entry.answer.then(
      (value) => keep({ status: 'fulfilled', value }),
      (reason: unknown) => keep({ status: 'rejected', reason }),
    );
    return entry.answer;
  }
}
