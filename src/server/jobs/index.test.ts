import { readFileSync, readdirSync } from 'node:fs';
import { expect, it } from 'vitest';
import { serverConfigSchema } from '../config/schema.ts';
import { jobKinds, processJobs } from './index.ts';
import { schedulesOf } from './schedules.ts';
import { threadJobs } from './thread-jobs.ts';

it('every job of the folder is in a list, sorted', () => {
  const files = readdirSync(import.meta.dirname).filter((file) => !file.endsWith('.test.ts'));
  const onDisk = files.filter((file) =>
    /= define(Process|Thread)Job\(/.test(readFileSync(`${import.meta.dirname}/${file}`, 'utf8')),
  );
  expect(jobKinds.map((kind) => `${kind.replace('.', '-')}.ts`)).toEqual(onDisk.toSorted());
  for (const list of [processJobs, threadJobs]) {
    const kinds = list.map(({ kind }) => kind);
    expect(kinds).toEqual(kinds.toSorted());
  }
});

it('what is scheduled are jobs that there are; retention only where it is configured', () => {
  const keepsAll = schedulesOf(serverConfigSchema.parse({}));
  const retains = schedulesOf(serverConfigSchema.parse({ ledger: { retentionDays: 365 } }));
  expect(keepsAll.map(({ kind }) => kind)).toEqual([
    'blobs.sweep',
    'registry.sweep',
    'registry.upkeep',
    'registry.waivers',
  ]);
  expect(retains.map(({ kind }) => kind)).toEqual([
    'blobs.sweep',
    'registry.sweep',
    'registry.upkeep',
    'registry.waivers',
    'ledger.retention',
  ]);
  for (const { kind } of retains) expect(jobKinds).toContain(kind);
});
