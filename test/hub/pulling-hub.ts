import { examineJob } from '../../src/registry/pipeline/job-kinds.ts';
import type { Registry } from '../../src/registry/registry.ts';
import type { UpstreamSettings } from '../../src/registry/settings.ts';
import { importJob } from '../../src/registry/upstream/import-job.ts';
import { importVersion } from '../../src/registry/upstream/import-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import { jobsConfig } from '../../src/store/jobs/config.ts';
import { openJobs } from '../../src/store/jobs/open-jobs.ts';
import { expect } from 'vitest';
import { type HubStandIn, startHubStandIn } from '../build/hub-stand-in.ts';
import { quick } from '../build/jobs.ts';
import type { TestColumn } from '../build/store.ts';
import { upstreamOf } from '../registry/upstream-fixture.ts';
import { type HubServer, startHubServer } from '../server/hub-server.ts';

export interface PullingHub extends HubServer {
  readonly behind: HubStandIn;
  /** As a client does that was told to come back. */
  patiently(path: string, init?: RequestInit): Promise<Response>;
}

/** A server with the hub interface that fetches from another hub; what has a file whose name begins with "evil" is denied, the rest is released. */
export async function startPullingHub(
  column: TestColumn,
  settings: Partial<UpstreamSettings> = {},
): Promise<PullingHub> {
  const behind = await startHubStandIn();
  const queue = await openJobs({
    config: jobsConfig.parse({ threads: 2 }),
    kinds: [examineJob, importJob],
    warn: () => undefined,
    timing: quick,
  });
  const hub = await startHubServer(column, {
    queue,
    over: { upstream: { ...upstreamOf(behind, { project: 'research', freshSeconds: 1 }), ...settings } },
  });
  const { registry } = hub;
  await hub.jobs?.start({
    [importJob]: (context) => importVersion(registry, context),
    [examineJob]: ({ data }) => release(registry, data['versionId'] as string),
  });
  return {
    ...hub,
    behind,
    patiently: async (path, init = {}) => {
      for (let tries = 0; ; tries++) {
        const answer = await hub.get(path, init);
        if (answer.status !== 503 || tries === 100) return answer;
        expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0);
        expect(answer.headers.get('x-error-message')).toContain('ask again');
        await answer.body?.cancel();
        await new Promise((resolve) => setTimeout(resolve, 50));
      }
    },
    stop: async () => {
      await hub.stop();
      await behind.end();
    },
  };
}

/** A short way from the examination to the release. */
async function release(registry: Registry, versionId: string): Promise<undefined> {
  const { store, bus } = registry;
  await store.change(async (change) => {
    const rows = await change.sql
      .selectFrom('registry_files')
      .selectAll()
      .where('version_id', '=', versionId)
      .execute();
    const move = { versionId, by: null, atMs: Date.now() };
    if (rows.some(({ path }) => path.startsWith('evil'))) {
      await moveVersion(change, bus, { ...move, to: 'denied' });
      return;
    }
    await change.sql
      .insertInto('registry_files')
      .values(rows.map((row) => ({ ...row, side: 'release' as const })))
      .execute();
    await moveVersion(change, bus, { ...move, to: 'releasing' });
    const revision = Buffer.from(versionId).toString('hex').slice(-40);
    await moveVersion(change, bus, { ...move, to: 'released', set: { revision, released_at: Date.now() } });
  });
  return undefined;
}
