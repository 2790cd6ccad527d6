/** No whole answer came: there is no connection, it broke, or the server took too long. */
export class NoAnswer extends Error {
  /** What asks to change something may have arrived although its answer did not. */
  readonly mayHaveChanged: boolean;

  constructor(message: string, options: ErrorOptions & { readonly mayHaveChanged: boolean }) {
    super(message, options);
    this.name = 'NoAnswer';
    this.mayHaveChanged = options.mayHaveChanged;
  }
}

const MAX_WAIT_MS = 60_000;
const BODILESS: ReadonlySet<number> = new Set([204, 205, 304]);

/**
 * `fetch` that waits for the whole answer, for a minute at most.
 * @throws {NoAnswer}
 */
export async function fetchWhole(input: RequestInfo | URL, init: RequestInit = {}): Promise<Response> {
  const timeout = AbortSignal.timeout(MAX_WAIT_MS);
  try {
    const response = await fetch(input, { ...init, signal: timeout });
    const body = await response.arrayBuffer();
    const { status, statusText, headers } = response;
    return new Response(BODILESS.has(status) ? null : body, { status, statusText, headers });
  } catch (cause) {
    const message = timeout.aborted
      ? `the server did not answer within ${MAX_WAIT_MS / 1000} seconds`
      : 'no connection to the server could be made, or it broke';
    throw new NoAnswer(message, { cause, mayHaveChanged: (init.method ?? 'GET') !== 'GET' });
  }
}
