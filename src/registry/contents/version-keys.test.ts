import { randomBytes } from 'node:crypto';
import { beforeEach, describe, expect, it } from 'vitest';
import type { KeyProvider } from '../../seal/providers/key-provider.ts';
import { LocalBus } from '../../store/bus/local-bus.ts';
import { LocalKeyProvider, ROOT_BYTES } from '../keys/local-key-provider.ts';
import { VersionKeys } from './version-keys.ts';

const MINUTE_MS = 60_000;
const MAX_KEPT = 1000;

describe('keys of versions', () => {
  let bus: LocalBus;
  let keys: VersionKeys;
  let nowMs: number;
  let asked: string[];
  let isDown: boolean;
  beforeEach(() => {
    const local = new LocalKeyProvider([randomBytes(ROOT_BYTES)]);
    const masterKey: KeyProvider = {
      id: 'local',
      wrap: (...given) => local.wrap(...given),
      unwrap: async (wrapped, context) => {
        asked.push(context.artifact);
        if (isDown) throw new Error('down');
        return local.unwrap(wrapped, context);
      },
    };
    [bus, nowMs, asked, isDown] = [new LocalBus(), 1_000_000, [], false];
    keys = new VersionKeys({ masterKey, bus, clock: () => nowMs });
  });

  const versionOf = async (id: string, modelId = 'mdl_1') => {
    const { wrapped, key } = await keys.make(id);
    const { key_provider, key_name, wrapped_key } = wrapped;
    return { version: { id, model_id: modelId, key_provider, key_name, wrapped_key: wrapped_key ?? '' }, key };
  };

  it('are the ones that were made, and asked for once, however many want them at once', async () => {
    const { version, key } = await versionOf('ver_1');
    const opened = await Promise.all(Array.from({ length: 20 }, () => keys.open(version)));
    for (const one of opened) expect(one.equals(key)).toBe(true);
    await keys.open(version);
    expect(asked).toEqual(['ver_1']);
  });

  it('are asked for again after five minutes, used or not', async () => {
    const { version } = await versionOf('ver_1');
    await keys.open(version);
    nowMs += 5 * MINUTE_MS - 1;
    await keys.open(version);
    expect(asked).toHaveLength(1);
    nowMs += 1;
    await keys.open(version);
    expect(asked).toHaveLength(2);
    isDown = true;
    nowMs += 5 * MINUTE_MS;
    await expect(keys.open(version)).rejects.toMatchObject({ code: 'keys-unavailable', httpStatus: 503 });
  });

  it('are a thousand at most: the one that was not used for longest goes', async () => {
    const [{ version: first }, { version: second }] = [await versionOf('ver_first'), await versionOf('ver_second')];
    await keys.open(first);
    await keys.open(second);
    for (let number = 2; number < MAX_KEPT; number += 1) await keys.open((await versionOf(`ver_${number}`)).version);
    await keys.open(first);
    await keys.open((await versionOf('ver_more')).version);
    asked = [];
    await keys.open(first);
    expect(asked).toEqual([]);
    await keys.open(second);
    expect(asked).toEqual([second.id]);
  });

  it('are forgotten when anything about their model changes, and those of other models are not', async () => {
    const [one, other] = [await versionOf('ver_1', 'mdl_1'), await versionOf('ver_2', 'mdl_2')];
    await keys.open(one.version);
    await keys.open(other.version);
    bus.publish('models', 'mdl_1');
    // The bus tells soon, not at once.
    await Promise.resolve();
    await keys.open(one.version);
    await keys.open(other.version);
    expect(asked).toEqual(['ver_1', 'ver_2', 'ver_1']);
  });

  it('that could not be opened are asked for again at once', async () => {
    const { version, key } = await versionOf('ver_1');
    isDown = true;
    await expect(keys.open(version)).rejects.toMatchObject({ code: 'keys-unavailable' });
    isDown = false;
    expect((await keys.open(version)).equals(key)).toBe(true);
  });

  it('are not those of a version that was wrapped anew, or that another provider wrapped', async () => {
    const [{ version }, { version: again, key }] = [await versionOf('ver_1'), await versionOf('ver_1')];
    await keys.open(version);
    expect((await keys.open(again)).equals(key)).toBe(true);
    await expect(keys.open({ ...version, id: 'ver_2', key_provider: 'vault' })).rejects.toMatchObject({
      code: 'keys-unavailable',
    });
  });
});
