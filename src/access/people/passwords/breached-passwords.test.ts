import { createHash, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, test } from 'vitest';
import { breachedPasswordsIn } from './breached-passwords.ts';

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-breached-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const sha1 = (text: string) => createHash('sha1').update(text).digest('hex').toUpperCase();

function fileOf(lines: readonly string[], end = '\r\n'): string {
  const path = join(folder, randomBytes(8).toString('hex'));
  writeFileSync(path, lines.map((line) => `${line}${end}`).join(''));
  return path;
}

const stolen = Array.from({ length: 2000 }, (_, i) => `stolen ${i}`);
const sorted = stolen.map((password, i) => `${sha1(password)}:${(i * 7919) % 100_000}`).toSorted();

test.each([
  ['CR LF', fileOf(sorted)],
  ['LF', fileOf(sorted, '\n')],
  ['no counts', fileOf(sorted.map((line) => line.slice(0, 40)))],
  ['lower case', fileOf(sorted.map((line) => line.toLowerCase()))],
])('every password of the list is found, and no other (%s)', async (_, path) => {
  const breached = breachedPasswordsIn(path);
  for (const password of stolen.slice(0, 300)) expect(await breached.has(password)).toBe(true);
  const [first = '', last = ''] = [sorted[0], sorted.at(-1)];
  const at = (line: string) => stolen.find((password) => line.startsWith(sha1(password))) ?? '';
  expect(await breached.has(at(first))).toBe(true);
  expect(await breached.has(at(last))).toBe(true);
  for (let i = 0; i < 300; i++) expect(await breached.has(`kept ${i}`)).toBe(false);
});

test.each([0, 1, 2, 3])('lists of %i lines are searched whole', async (count) => {
  const some = stolen.slice(0, count);
  const breached = breachedPasswordsIn(fileOf(some.map((password) => `${sha1(password)}:1`).toSorted()));
  for (const password of some) expect(await breached.has(password)).toBe(true);
  expect(await breached.has('another')).toBe(false);
});

test('a file that is missing or no such list refuses, and does not let everything pass', async () => {
  const unreadable = { code: 'breach-list-unreadable', httpStatus: 503 };
  await expect(breachedPasswordsIn(join(folder, 'missing')).has('x')).rejects.toMatchObject(unreadable);
  await expect(breachedPasswordsIn(fileOf(['password1', 'password2', 'password3'])).has('x')).rejects.toMatchObject(
    unreadable,
  );
  await expect(breachedPasswordsIn(fileOf(['x'.repeat(5000)])).has('x')).rejects.toMatchObject(unreadable);
});
