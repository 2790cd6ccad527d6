import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formats } from '../src/formats/index.ts';
import { rules } from '../src/rules/index.ts';

const folders = (path: string): string[] =>
  readdirSync(path, { withFileTypes: true })
    .filter((entry) => entry.isDirectory())
    .map((entry) => entry.name);

/** Folders that hold several small formats, or what formats share; each is used by one that is registered. */
const SHARED = new Set(['media', 'torch']);

test('every format folder is registered, and every format has a folder', () => {
  const onDisk = folders('src/formats').filter((name) => !SHARED.has(name));
  const registered = new Set(formats.map((format) => format.id));
  expect(onDisk.filter((name) => !registered.has(name))).toEqual([]);
  const media = new Set(onDisk);
  const inSharedFolders = formats.filter((format) => !media.has(format.id)).map((format) => format.id);
  expect(inSharedFolders.length).toBeLessThan(formats.length / 2);
});

test('format ids are unique, and what a format refines exists', () => {
  const ids = formats.map((format) => format.id);
  expect(new Set(ids).size).toBe(ids.length);
  for (const format of formats) for (const base of format.refines ?? []) expect(ids).toContain(base);
});

/** The rules a module exports: objects that judge a facet. */
function rulesOf(module: Readonly<Record<string, unknown>>): { id: string }[] {
  return Object.values(module).filter(
    (value): value is { id: string } =>
      typeof value === 'object' && value !== null && 'facet' in value && 'check' in value,
  );
}

test.each(folders('src/rules').filter((name) => name !== 'data' && name !== 'examples'))(
  'every rule of the family %s is registered',
  async (family) => {
    const registered = new Set(rules.map((rule) => rule.id));
    const files = readdirSync(`src/rules/${family}`).filter(
      (file) => file.endsWith('.ts') && !file.endsWith('.test.ts'),
    );
    const modules = await Promise.all(files.map((file) => import(`../src/rules/${family}/${file}`)));
    const ids = modules.flatMap((module) => rulesOf(module as Record<string, unknown>).map((rule) => rule.id));
    expect(ids.length).toBeGreaterThan(0);
    expect(ids.filter((id) => !registered.has(id))).toEqual([]);
  },
);
