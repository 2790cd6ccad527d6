import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { Client } from 'pg';
import type { PostgresPlace } from '../postgres/place.ts';
import { topics, type Bus, type Topic } from './bus.ts';
import { newSender, unwrap, wrap } from './envelope.ts';
import { LocalBus, checkMessage } from './local-bus.ts';

const CONNECT_TIMEOUT_MS = 5000;
const FIRST_RETRY_MS = 50;
const MAX_RETRY_MS = 2000;
/** A connection that a firewall dropped says nothing; asking it finds out. */
const PROBE_MS = 10_000;
const PROBE_TIMEOUT_MS = 5000;

/** A bus through LISTEN and NOTIFY, for several processes without Redis. What is published while there is no connection reaches this process alone. */
export class PostgresBus implements Bus {
  readonly #local = new LocalBus();
  readonly #sender = newSender();
  readonly #options: PostgresPlace;
  readonly #closing = new AbortController();
  /** Names have at most 63 bytes, which a schema alone may have. */
  readonly #place: string;
  #client: Client | undefined;

  private constructor(options: PostgresPlace) {
    this.#options = options;
    this.#place = createHash('sha256').update(options.schema).digest('hex').slice(0, 16);
  }

  /** Throws what connecting throws. */
  static async open(options: PostgresPlace): Promise<PostgresBus> {
    const bus = new PostgresBus(options);
    await bus.#connect();
    return bus;
  }

  publish(topic: Topic, message: string): void {
    checkMessage(message);
    this.#local.publish(topic, message);
    const sent = this.#client?.query('select pg_notify($1, $2)', [this.#channelOf(topic), wrap(this.#sender, message)]);
    // Lost: by design nobody depends on it for longer than `maxStaleMs`.
    sent?.catch(() => undefined);
  }

  subscribe(topic: Topic, listener: (message: string) => void): () => void {
    return this.#local.subscribe(topic, listener);
  }

  async close(): Promise<void> {
    this.#closing.abort();
    await this.#local.close();
    const client = this.#client;
    this.#client = undefined;
    await client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new Client({
      connectionString: this.#options.url,
      ...(this.#options.tls === undefined ? {} : { ssl: this.#options.tls }),
      connectionTimeoutMillis: CONNECT_TIMEOUT_MS,
      query_timeout: PROBE_TIMEOUT_MS,
      keepAlive: true,
      application_name: 'vouchsafe bus',
    });
    const byChannel = new Map(topics.map((topic) => [this.#channelOf(topic), topic]));
    client.on('notification', ({ channel, payload = '' }) => {
      const topic = byChannel.get(channel);
      const message = unwrap(this.#sender, payload);
      if (topic !== undefined && message !== undefined) this.#local.publish(topic, message);
    });
    client.on('error', () => undefined);
    try {
      await client.connect();
      for (const channel of byChannel.keys()) await client.query(`listen ${client.escapeIdentifier(channel)}`);
    } catch (error) {
      await client.end().catch(() => undefined);
      throw error;
    }
    this.#watch(client);
    this.#client = client;
  }

  #watch(client: Client): void {
    const probe = setInterval(() => {
      client.query('select 1').catch(() => this.#lost(client, probe));
    }, PROBE_MS).unref();
    client.once('end', () => this.#lost(client, probe));
  }

  #lost(client: Client, probe: NodeJS.Timeout): void {
    clearInterval(probe);
    if (this.#client !== client) return;
    this.#client = undefined;
    client.end().catch(() => undefined);
    void this.#reconnect();
  }

  async #reconnect(): Promise<void> {
    const { signal } = this.#closing;
    for (let waitMs = FIRST_RETRY_MS; !signal.aborted; waitMs = Math.min(waitMs * 2, MAX_RETRY_MS)) {
      await sleep(waitMs, undefined, { signal, ref: false }).catch(() => undefined);
      if (signal.aborted) return;
      const isConnected = await this.#connect().then(
        () => true,
        () => false,
      );
      if (isConnected) break;
    }
    // Closed while it connected.
    if (signal.aborted) await this.close();
  }

  #channelOf(topic: Topic): string {
    return `vouchsafe_${this.#place}_${topic}`;
  }
}
