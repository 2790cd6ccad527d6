import { PassThrough, type Readable } from 'node:stream';
import type { Gauge } from 'prom-client';
import type { Caller } from '../../../access/caller.ts';
import type { Authorizer } from '../../../access/decision.ts';
import { type Bus, maxStaleMs } from '../../../store/bus/bus.ts';
import type { Store } from '../../../store/store.ts';
import { RequestError } from '../../errors.ts';
import { LedgerWatch } from './ledger-watch.ts';
import { type EventTopic, eventTopics, type RecordedActivity, topicsOf } from './topics.ts';

const HEARTBEAT_MS = 10_000;
/** A reader that leaves this much unread is gone, or means to fill the memory. */
const MAX_UNREAD_BYTES = 65_536;
const NOTHING_NEW = ': here\n\n';
/** Changes of models are gathered for so long. */
const MODELS_AFTER_MS = 250;
/** Of more models than these, the first are asked about. */
const MAX_MODELS_AT_ONCE = 100;
/** How long a browser waits before it connects again. */
const RETRY_MS = 3000;

export interface EventStreamsOptions {
  readonly store: Store;
  readonly bus: Bus;
  readonly authorizer: Authorizer;
  readonly open: Pick<Gauge, 'set'>;
  readonly limits: { readonly maxEventStreams: number; readonly maxEventStreamsPerPrincipal: number };
  readonly onFault: (error: unknown) => void;
}

/** Who listens. */
export interface Listener {
  readonly caller: Caller;
  readonly principalId: string;
  /** Whether the credential that opened the stream still holds. */
  readonly holds: () => Promise<boolean>;
}

interface Stream extends Listener {
  readonly out: PassThrough;
  checkedAtMs: number;
}

/** Tells pages what changed, each caller only of what he may see; a stream ends when its session or key does. */
export class EventStreams {
  readonly #options: EventStreamsOptions;
  readonly #streams = new Set<Stream>();
  readonly #watch: LedgerWatch;
  readonly #ends: (() => void)[];
  readonly #heartbeat: NodeJS.Timeout;
  readonly #changedModels = new Set<string>();
  #modelsSoon: NodeJS.Timeout | undefined;

  constructor(options: EventStreamsOptions) {
    this.#options = options;
    const { store, bus, onFault } = options;
    this.#watch = new LedgerWatch({
      store,
      bus,
      onFault,
      onActivities: (activities) => this.#tellRecorded(activities),
    });
    this.#ends = [
      bus.subscribe('jobs', () => this.#tellAll(new Set(['jobs']))),
      bus.subscribe('models', (modelId) => this.#modelChanged(modelId)),
      // A session or key may have ended: whoever lost his must not hear another word.
      bus.subscribe('access', () => this.#eachChecked()),
    ];
    this.#heartbeat = setInterval(() => this.#eachChecked(), HEARTBEAT_MS).unref();
  }

  /** @throws RequestError `rate-limited` where somebody has too many streams, `unavailable` where all together do. */
  async open(listener: Listener, signal: AbortSignal): Promise<Readable> {
    const { maxEventStreams, maxEventStreamsPerPrincipal } = this.#options.limits;
    const own = [...this.#streams].filter(({ principalId }) => principalId === listener.principalId).length;
    if (own >= maxEventStreamsPerPrincipal) {
      throw RequestError.of('rate-limited', `at most ${maxEventStreamsPerPrincipal} streams`, {
        retryAfterSeconds: 10,
      });
    }
    if (this.#streams.size >= maxEventStreams) throw RequestError.of('unavailable', 'too many streams');
    const stream: Stream = { ...listener, out: new PassThrough(), checkedAtMs: performance.now() };
    this.#streams.add(stream);
    this.#count();
    stream.out.once('close', () => this.#forget(stream));
    signal.addEventListener('abort', () => stream.out.destroy(), { once: true });
    stream.out.write(`retry: ${RETRY_MS}\n: hello\n\n`);
    await this.#watch.start();
    return stream.out;
  }

  /** Ends every stream; browsers connect again, and find the next process. */
  close(): void {
    clearInterval(this.#heartbeat);
    clearTimeout(this.#modelsSoon);
    for (const end of this.#ends.splice(0)) end();
    for (const { out } of this.#streams) out.end();
    this.#watch.stop();
  }

  #forget(stream: Stream): void {
    this.#streams.delete(stream);
    this.#count();
    if (this.#streams.size === 0) this.#watch.stop();
  }

  #count(): void {
    this.#options.open.set(this.#streams.size);
  }

  #tellRecorded(activities: readonly RecordedActivity[]): void {
    for (const stream of this.#streams) this.#tell(stream, topicsOf(activities, stream.principalId));
  }

  #tellAll(topics: ReadonlySet<EventTopic>): void {
    for (const stream of this.#streams) this.#tell(stream, topics);
  }

  /** Models that are worked on change many times a second: each listener is asked about once for all of a moment. */
  #modelChanged(modelId: string): void {
    if (this.#changedModels.size < MAX_MODELS_AT_ONCE) this.#changedModels.add(modelId);
    this.#modelsSoon ??= setTimeout(() => {
      this.#modelsSoon = undefined;
      const changed = [...this.#changedModels];
      this.#changedModels.clear();
      for (const stream of this.#streams) this.#tellOfModels(stream, changed);
    }, MODELS_AFTER_MS);
  }

  /** Whoever sees any of the models hears that one changed: rights may hold on a project or on one model only. */
  #tellOfModels(stream: Stream, modelIds: readonly string[]): void {
    this.#send(stream, async () =>
      (await this.#seesAny(stream.caller, modelIds)) ? eventText('models') : NOTHING_NEW,
    );
  }

  async #seesAny(caller: Caller, modelIds: readonly string[]): Promise<boolean> {
    for (const id of modelIds) {
      if ((await this.#options.authorizer.decide(caller, 'models.read', { kind: 'model', id })).allowed) return true;
    }
    return false;
  }

  #eachChecked(): void {
    for (const stream of this.#streams) {
      stream.checkedAtMs = Number.NEGATIVE_INFINITY;
      this.#tell(stream, new Set());
    }
  }

  #tell(stream: Stream, topics: ReadonlySet<EventTopic>): void {
    // With no topic it is a heartbeat: it keeps proxies from closing the connection, and finds out who is gone.
    this.#send(stream, async () => (topics.size === 0 ? NOTHING_NEW : this.#textFor(stream.caller, topics)));
  }

  #send(stream: Stream, words: () => Promise<string>): void {
    this.#write(stream, words).catch((error: unknown) => {
      this.#options.onFault(error);
      stream.out.end();
    });
  }

  async #write(stream: Stream, words: () => Promise<string>): Promise<void> {
    if (performance.now() - stream.checkedAtMs > maxStaleMs) {
      if (!(await stream.holds())) return void stream.out.end();
      stream.checkedAtMs = performance.now();
    }
    if (stream.out.writableEnded || stream.out.destroyed) return;
    if (stream.out.readableLength > MAX_UNREAD_BYTES) return void stream.out.destroy();
    stream.out.write(await words());
  }

  async #textFor(caller: Caller, topics: ReadonlySet<EventTopic>): Promise<string> {
    const told: string[] = [];
    for (const topic of topics) {
      const action = eventTopics[topic];
      const isAllowed =
        action === null || (await this.#options.authorizer.decide(caller, action, { kind: 'server' })).allowed;
      if (isAllowed) told.push(eventText(topic));
    }
    return told.length === 0 ? NOTHING_NEW : told.join('');
  }
}

const eventText = (topic: EventTopic): string => `event: ${topic}\ndata: changed\n\n`;
