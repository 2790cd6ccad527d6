import { parentPort, workerData } from 'node:worker_threads';
import type { JobHandler } from '../job.ts';
import type { FromThread, Question, ThreadSetup, ToThread } from './messages.ts';
import { errorOf, plainOf } from './plain-error.ts';
import { RemoteStore, type Line, type ThreadStore } from './remote-store.ts';

/** What a thread runs jobs with: the settings come from whoever made the pool, the store is that of the process. */
export type MakeHandlers = (settings: unknown, store: ThreadStore) => Promise<Readonly<Record<string, JobHandler>>>;

/** Runs, in this worker thread, one job after the other. */
export function serveJobs(make: MakeHandlers): void {
  const port = parentPort;
  if (port === null) throw new Error('not a worker thread');
  const { settings, dialect } = workerData as ThreadSetup;
  const line = new ThreadLine((message) => port.postMessage(message));
  const store = new RemoteStore(dialect, line);
  const handlers = make(settings, store);
  let stopping = new AbortController();
  port.on('message', (message: ToThread) => {
    if (message.type === 'run') {
      stopping = new AbortController();
      void run(message, handlers, { line, signal: stopping.signal });
    } else if (message.type === 'stop') stopping.abort(new Error(message.reason));
    else if (message.type === 'begin') void store.begin(message.at);
    else line.receive(message);
  });
  void handlers.then(() => line.tell({ type: 'ready' }));
}

type RunMessage = Extract<ToThread, { readonly type: 'run' }>;

async function run(
  { kind, id, attempt, data }: RunMessage,
  handlers: Promise<Readonly<Record<string, JobHandler>>>,
  { line, signal }: { readonly line: ThreadLine; readonly signal: AbortSignal },
): Promise<void> {
  try {
    const work = (await handlers)[kind];
    if (work === undefined) throw new Error(`no jobs of the kind ${kind} run in this thread`);
    const progress = async (fraction: number): Promise<void> => void (await line.ask({ what: 'progress', fraction }));
    line.tell({ type: 'done', result: await work({ id, attempt, data, signal, progress }) });
  } catch (error) {
    line.tell({ type: 'failed', error: plainOf(error) });
  }
}

class ThreadLine implements Line {
  readonly #post: (message: FromThread) => void;
  readonly #waiting = new Map<number, PromiseWithResolvers<unknown>>();
  #last = 0;

  constructor(post: (message: FromThread) => void) {
    this.#post = post;
  }

  ask(question: Question): Promise<unknown> {
    this.#last += 1;
    const waiting = Promise.withResolvers<unknown>();
    this.#waiting.set(this.#last, waiting);
    this.#post({ type: 'ask', ask: this.#last, question });
    return waiting.promise;
  }

  tell(message: FromThread): void {
    this.#post(message);
  }

  receive(message: Extract<ToThread, { readonly type: 'answer' | 'failure' }>): void {
    const waiting = this.#waiting.get(message.ask);
    this.#waiting.delete(message.ask);
    if (message.type === 'answer') waiting?.resolve(message.value);
    else waiting?.reject(errorOf(message.error));
  }
}
