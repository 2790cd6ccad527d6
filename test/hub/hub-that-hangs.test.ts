import { afterAll, beforeAll, beforeEach, expect, test } from 'vitest';
import type { HubFault } from '../build/hub-stand-in.ts';
import { describeEachStore } from '../build/store.ts';
import { type PullingHub, startPullingHub } from './pulling-hub.ts';

const files = { 'config.json': '{"model_type":"bert"}', 'model.safetensors': Buffer.alloc(100_000, 7) };
const path = 'config.json';

/** Whatever the other hub does, a client is answered after a second or so, and nothing of it is ever given out. */
describeEachStore('a hub behind that hangs or lies', (column) => {
  let hub: PullingHub;
  let models = 0;
  let name = '';
  /** Models of which the hub said what is not so. */
  const refused: string[] = [];
  beforeAll(async () => {
    hub = await startPullingHub(column, { waitSeconds: 1 });
  });
  beforeEach(() => {
    models += 1;
    name = `meta/model-${models}`;
    hub.behind.heal();
    hub.behind.put(name, { files });
  });
  afterAll(() => hub.stop());

  const ask = async (): Promise<string> => {
    const answer = await hub.get(`/${name}/resolve/main/${path}`);
    return `${answer.status} ${await answer.text()}`;
  };

  const waiting: readonly (readonly [HubFault, 'info' | 'tree' | 'file'])[] = [
    ['silent', 'info'],
    ['silent', 'tree'],
    ['silent', 'file'],
    ['trickle', 'info'],
    ['trickle', 'tree'],
    ['trickle', 'file'],
    ['stall', 'info'],
    ['redirect-loop', 'info'],
    ['redirect-private', 'info'],
  ];
  test.each(waiting)('with %s in answers about %s, the client is told to come back', async (fault, at) => {
    hub.behind.fail({ fault, at });
    const answer = await hub.get(`/${name}/resolve/main/${path}`);
    expect([answer.status, await answer.text()]).toEqual([503, expect.stringContaining('ask again in')]);
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
    const head = await hub.get(`/${name}/resolve/main/${path}`, { method: 'HEAD' });
    expect([head.status, head.headers.get('x-error-message')]).toEqual([503, expect.stringContaining('ask again in')]);
  });

  test.each(['silent', 'trickle'] as const)('a download with %s once is taken up again', async (fault) => {
    hub.behind.fail({ fault, at: 'file', path, times: 1 });
    const answer = await hub.patiently(`/${name}/resolve/main/${path}`);
    expect([answer.status, await answer.text()]).toEqual([200, files[path]]);
  });

  const lasting: readonly (readonly [HubFault, 'tree' | 'file', string])[] = [
    ['redirect-loop', 'tree', 'will not follow'],
    ['redirect-private', 'tree', 'will not call'],
    ['elsewhere', 'tree', 'its list of files goes on at another place'],
    ['wrong-digest', 'tree', 'is not what its list of files says'],
    ['wrong-size', 'tree', 'its list of files says 20'],
    ['leaving-path', 'tree', 'is not relative, with one / between its parts'],
    ['duplicate-path', 'tree', 'its list of files has a path twice'],
    ['redirect-loop', 'file', 'will not follow'],
    ['redirect-private', 'file', 'will not call'],
    ['wrong-length', 'file', 'config.json has 26 bytes, its list of files says 21'],
    ['wrong-hash', 'file', 'config.json is not what its list of files says'],
  ];
  test.each(lasting)(
    'with %s in answers about the %s, the client is told what was wrong',
    async (fault, at, reason) => {
      hub.behind.fail({ fault, at, ...(at === 'file' ? { path } : {}) });
      const answer = await hub.patiently(`/${name}/resolve/main/${path}`);
      expect([answer.status, await answer.text()]).toEqual([403, expect.stringContaining(reason)]);
      expect(answer.headers.get('x-error-code')).toBe('GatedRepo');
      hub.behind.heal();
      expect(await ask()).toMatch(/^403 /);
      refused.push(name);
    },
  );

  test('a list that says something else the second time ends the import', async () => {
    hub.behind.fail({ fault: 'wrong-size', at: 'tree', times: 1 });
    const answer = await hub.patiently(`/${name}/resolve/main/${path}`);
    expect([answer.status, await answer.text()]).toEqual([
      403,
      expect.stringContaining('it lists other files for the same commit'),
    ]);
  });

  test('nothing of what was refused is released', async () => {
    const { read } = hub.registry.store;
    const released = await read
      .selectFrom('registry_versions as version')
      .innerJoin('registry_models as model', 'model.id', 'version.model_id')
      .where('version.state', '=', 'released')
      .where('model.name', 'in', refused)
      .select('model.name')
      .execute();
    expect([refused.length, released]).toEqual([lasting.length, []]);
  });
});
