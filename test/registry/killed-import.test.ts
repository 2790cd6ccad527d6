import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { makeProject } from '../../src/access/grants/projects.ts';
import { addPerson } from '../access/fixture.ts';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { describeEachQueue, openQueue, type JobPlace } from '../build/jobs.ts';

const script = new URL('./import-process.ts', import.meta.url).pathname;
const files = { 'config.json': '{}', 'model.safetensors': Buffer.alloc(300_000, 'w'), 'vocab.txt': 'a' };

describeEachQueue('an import whose worker is killed', (makePlace) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let hub: HubStandIn;
  let blobs: string;
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    ({ place, remove } = await makePlace());
    hub = await startHubStandIn();
    blobs = mkdtempSync(join(tmpdir(), 'vouchsafe-blobs-'));
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    await hub.end();
    await remove();
    rmSync(blobs, { recursive: true, force: true });
  });

  const start = (begin?: object): ChildProcess => {
    const told = JSON.stringify({ place, blobs, endpoint: hub.endpoint, begin });
    const child = spawn(process.execPath, [script, told], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    return child;
  };
  const kill = async (child: ChildProcess): Promise<void> => {
    child.kill('SIGKILL');
    await once(child, 'exit');
  };
  const asked = (path: string): number =>
    hub.requests.filter(({ url }) => url.includes(`/resolve/`) && url.endsWith(path)).length;

  it('goes on with the next one, and is submitted once', { timeout: 60_000 }, async () => {
    const repository = 'acme/bert';
    hub.put(repository, { files });
    hub.fail({ fault: 'stall', at: 'file', path: 'model.safetensors' });
    const first = await openQueue(place, { kinds: ['registry.import', 'registry.examine'] });
    const by = await addPerson(first.store, { name: 'Importer' });
    const facts = { name: 'models', description: '', classification: 'internal' } as const;
    const made = await first.store.change((change) =>
      makeProject(change, facts, { by: { kind: 'person', id: by }, atMs: 1 }),
    );
    await first.close();

    const victim = start({ repository, projectId: made.value, by });
    await expect
      .poll(() => hub.requests.filter(({ isStore }) => isStore).length, { timeout: 20_000 })
      .toBeGreaterThan(1);
    await kill(victim);
    hub.heal();
    const heir = start();
    const [said] = await once(heir.stdout as NodeJS.ReadableStream, 'data');
    expect(String(said)).toBe('submitted\n');
    await kill(heir);

    const last = await openQueue(place, { kinds: ['registry.import', 'registry.examine'] });
    const versions = await last.store.read.selectFrom('registry_versions').select(['state', 'number']).execute();
    expect(versions).toEqual([{ state: 'examining', number: 1 }]);
    const rows = await last.store.read.selectFrom('registry_files').select('digest').execute();
    expect(rows.filter(({ digest }) => digest !== null)).toHaveLength(3);
    expect([asked('config.json'), asked('vocab.txt')]).toEqual([1, 1]);
    const jobs = await last.jobs.list({ limit: 10, kind: 'registry.examine' });
    expect(jobs.map(({ state }) => state)).toEqual(['waiting']);
    await last.close();
  });
});
