import { type ChildProcess, spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import { jobPlaces, type JobPlace } from '../build/jobs.ts';
import { torchZip } from '../build/torch.ts';
import { openPipeline, type Pipeline } from './pipeline-fixture.ts';

const script = new URL('./pipeline-process.ts', import.meta.url).pathname;
const WAIT_MS = 100_000;

describe.each(jobPlaces())('versions whose worker is killed ($name)', ({ makePlace }) => {
  let place: JobPlace;
  let remove: () => Promise<void>;
  let folder: string;
  const root = randomBytes(ROOT_BYTES);
  const children: ChildProcess[] = [];
  beforeEach(async () => {
    ({ place, remove } = await makePlace());
    folder = mkdtempSync(join(tmpdir(), 'vouchsafe-killed-'));
  });
  afterEach(async () => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
    await remove();
  });

  const within = async <T>(run: (pipeline: Pipeline) => Promise<T>): Promise<T> => {
    const pipeline = await openPipeline(place, { folder, root });
    try {
      return await run(pipeline);
    } finally {
      await pipeline.end();
    }
  };
  /** Runs a worker until it says this, then kills it. */
  const workUntil = async (versionId: string, said: RegExp, hangsAtSigning = false): Promise<void> => {
    const orders = { place, folder, root: root.toString('base64'), versionId, hangsAtSigning };
    const child = spawn(process.execPath, [script, JSON.stringify(orders)], { stdio: ['ignore', 'pipe', 'inherit'] });
    children.push(child);
    const lines: string[] = [];
    createInterface({ input: child.stdout }).on('line', (line) => lines.push(line));
    await expect.poll(() => lines, { timeout: WAIT_MS, interval: 10 }).toContainEqual(expect.stringMatching(said));
    child.kill('SIGKILL');
    await once(child, 'exit');
  };

  it.each([
    { moment: 'while it examines', said: /^examining ./, hangsAtSigning: false },
    { moment: 'while it releases', said: /^signing$/, hangsAtSigning: true },
  ])('$moment: another goes on, and it is released once', { timeout: 250_000 }, async ({ said, hangsAtSigning }) => {
    const versionId = await within(async (pipeline) =>
      pipeline.submit(await pipeline.model('acme/killed'), { 'pytorch_model.bin': torchZip(), 'notes.txt': 'hello' }),
    );
    await workUntil(versionId, said, hangsAtSigning);
    await workUntil(versionId, /^released/);
    await within(async (pipeline) => {
      const row = await pipeline.row(versionId);
      expect(row).toMatchObject({ state: 'released', file_count: 2 });
      expect(await pipeline.entriesOf(versionId)).toEqual([
        'model.uploading',
        'model.examining',
        'model.releasing',
        'model.released',
      ]);
      expect(await pipeline.notices(versionId)).toHaveLength(1);
    });
  });
});
