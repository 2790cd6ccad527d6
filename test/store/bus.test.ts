import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { maxStaleMs, type Bus } from '../../src/store/bus/bus.ts';
import { openBus, type BusMeans } from '../../src/store/bus/open-bus.ts';
import { redisConfig } from '../../src/store/redis/config.ts';
import { CutProxy } from '../build/cut-proxy.ts';

const redisUrl = process.env['VOUCHSAFE_TEST_REDIS_URL'];
const postgresUrl = process.env['VOUCHSAFE_TEST_POSTGRES_URL'];
const schema = `t${randomBytes(6).toString('hex')}`;

const redisMeans = (url: string): BusMeans => ({ redis: redisConfig.parse({ url, prefix: `${schema}:` }) });
const postgresMeans = (url: string): BusMeans => ({ postgres: { url, schema } });

describe('a bus in one process', () => {
  it('tells every listener of the topic, and nobody after he left', async () => {
    const bus = await openBus({});
    const heard: string[] = [];
    const leave = bus.subscribe('access', (message) => heard.push(`1 ${message}`));
    bus.subscribe('access', (message) => heard.push(`2 ${message}`));
    bus.subscribe('jobs', (message) => heard.push(`3 ${message}`));
    bus.publish('access', 'a');
    expect(heard, 'not while it is published').toEqual([]);
    await sleep(1);
    leave();
    bus.publish('access', 'b');
    await sleep(1);
    expect(heard).toEqual(['1 a', '2 a', '2 b']);
    await bus.close();
    bus.publish('access', 'c');
    await sleep(1);
    expect(heard).toHaveLength(3);
  });

  it('carries no long message, since not every bus could', async () => {
    const bus = await openBus({});
    expect(() => bus.publish('access', 'x'.repeat(4097))).toThrow(RangeError);
  });
});

const columns = [
  ['Redis', redisUrl, redisMeans],
  ['PostgreSQL', postgresUrl, postgresMeans],
] as const;

for (const [name, url, means] of columns) {
  describe.skipIf(url === undefined)(`a bus through ${name}`, () => {
    let proxy: CutProxy;
    let behindProxy: string;
    let here: Bus;
    let there: Bus;
    beforeAll(async () => {
      const target = new URL(url ?? '');
      proxy = new CutProxy({ host: target.hostname, port: Number(target.port || (name === 'Redis' ? 6379 : 5432)) });
      target.port = String(await proxy.start());
      target.hostname = '127.0.0.1';
      behindProxy = target.href;
    });
    afterAll(() => proxy.stop());
    beforeEach(async () => {
      here = await openBus(means(url ?? ''));
      there = await openBus(means(behindProxy));
    });
    afterEach(async () => {
      await here.close();
      await there.close();
      proxy.mend();
    });

    it('tells other processes, and this one once', async () => {
      const heard: string[] = [];
      here.subscribe('access', (message) => heard.push(`here ${message}`));
      there.subscribe('access', (message) => heard.push(`there ${message}`));
      there.subscribe('policies', (message) => heard.push(`wrong ${message}`));
      const message = 'ses_1 "quoted" \'and\' ünïcode\nline';
      here.publish('access', message);
      await expect.poll(() => heard.toSorted()).toEqual([`here ${message}`, `there ${message}`]);
      await sleep(50);
      expect(heard).toHaveLength(2);
    });

    it('is faster than a cache may be stale', async () => {
      const arrived = new Promise<number>((resolve) => there.subscribe('access', () => resolve(performance.now())));
      const before = performance.now();
      here.publish('access', 'ses_1');
      expect((await arrived) - before).toBeLessThan(maxStaleMs);
    });

    it('loses what is said while the connection is broken, without failing, and goes on afterwards', async () => {
      const heard: string[] = [];
      there.subscribe('access', (message) => heard.push(message));
      proxy.cut();
      await sleep(50);
      here.publish('access', 'lost');
      there.publish('access', 'only here');
      await sleep(50);
      expect(heard).toEqual(['only here']);
      proxy.mend();
      let sent = 0;
      const said = (): readonly string[] => {
        sent += 1;
        here.publish('access', `again ${sent}`);
        return heard;
      };
      await expect.poll(said, { timeout: 10_000 }).toContainEqual(expect.stringMatching(/^again/));
      expect(heard).not.toContain('lost');
    });

    it('does not open without it', async () => {
      proxy.cut();
      await expect(openBus(means(behindProxy))).rejects.toThrow();
    });
  });
}
