import type { Redis } from 'ioredis';
import type { RedisConfig } from '../redis/config.ts';
import { connectRedis } from '../redis/connect.ts';
import { topics, type Bus, type Topic } from './bus.ts';
import { newSender, unwrap, wrap } from './envelope.ts';
import { LocalBus, checkMessage } from './local-bus.ts';

/** A bus through Redis. What is published while there is no connection reaches this process alone. */
export class RedisBus implements Bus {
  readonly #local = new LocalBus();
  readonly #sender = newSender();
  readonly #publisher: Redis;
  /** A connection that listens can do nothing else. */
  readonly #listener: Redis;
  readonly #prefix: string;

  private constructor(publisher: Redis, listener: Redis, prefix: string) {
    this.#publisher = publisher;
    this.#listener = listener;
    this.#prefix = prefix;
  }

  /** Throws what connecting throws. */
  static async open(config: RedisConfig): Promise<RedisBus> {
    const publisher = await connectRedis(config);
    const listener = await connectRedis(config);
    const bus = new RedisBus(publisher, listener, config.prefix);
    await bus.#listen();
    return bus;
  }

  publish(topic: Topic, message: string): void {
    checkMessage(message);
    this.#local.publish(topic, message);
    const sent = this.#publisher.publish(this.#channelOf(topic), wrap(this.#sender, message));
    // Lost: by design nobody depends on it for longer than `maxStaleMs`.
    sent.catch(() => undefined);
  }

  subscribe(topic: Topic, listener: (message: string) => void): () => void {
    return this.#local.subscribe(topic, listener);
  }

  async close(): Promise<void> {
    await this.#local.close();
    this.#publisher.disconnect();
    this.#listener.disconnect();
  }

  /** Once; the client subscribes again by itself when the connection was lost. */
  async #listen(): Promise<void> {
    const byChannel = new Map(topics.map((topic) => [this.#channelOf(topic), topic]));
    this.#listener.on('message', (channel: string, text: string) => {
      const topic = byChannel.get(channel);
      const message = unwrap(this.#sender, text);
      if (topic !== undefined && message !== undefined) this.#local.publish(topic, message);
    });
    await this.#listener.subscribe(...byChannel.keys());
  }

  #channelOf(topic: Topic): string {
    return `${this.#prefix}bus:${topic}`;
  }
}
