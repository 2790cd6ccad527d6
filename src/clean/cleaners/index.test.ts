import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { formats } from '../../formats/index.ts';
import { rules } from '../../rules/index.ts';
import { remedies } from '../document/remedies.ts';
import { templateNames } from '../templates/index.ts';
import { cleanerFor, cleaners } from './index.ts';

const filesIn = (folder: string, others: readonly string[]): string[] =>
  readdirSync(folder)
    .filter((file) => file.endsWith('.ts') && !file.endsWith('.test.ts'))
    .map((file) => file.slice(0, -'.ts'.length))
    .filter((name) => !others.includes(name))
    .sort();

test('every cleaner on disk is registered, sorted, under the name of its file', () => {
  expect(cleaners.map(({ id }) => id)).toEqual(filesIn('src/clean/cleaners', ['index']));
});

test('every template on disk is registered under the name of its file', () => {
  expect([...templateNames].sort()).toEqual(filesIn('src/clean/templates', ['index', 'choose', 'template']));
});

test('cleaners edit formats that exist, each one only', () => {
  const ids = formats.map(({ id }) => id);
  const edited = cleaners.flatMap((cleaner) => cleaner.formats);
  expect(new Set(edited).size).toBe(edited.length);
  for (const format of edited) expect(ids).toContain(format);
  expect(cleanerFor('pickle')).toBeUndefined();
  expect(cleanerFor('json+zip')).toBeUndefined();
});

test('remedies are for rules that exist', () => {
  const ids = rules.map(({ id }) => id);
  for (const rule of Object.keys(remedies)) expect(ids).toContain(rule);
});
