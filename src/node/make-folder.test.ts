import { existsSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from 'vitest';
import { makeFolder } from './make-folder.ts';

const root = mkdtempSync(join(tmpdir(), 'vouchsafe-make-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

it('makes what is missing, and is content with what is there', () => {
  makeFolder(join(root, 'a', 'b', 'c'));
  makeFolder(join(root, 'a', 'b', 'c'));
  expect(existsSync(join(root, 'a', 'b', 'c'))).toBe(true);
});

it('fails below a file', () => {
  writeFileSync(join(root, 'file'), '');
  expect(() => makeFolder(join(root, 'file', 'x'))).toThrow('ENOTDIR');
});

// Node's recursive mkdir never returns here.
it.skipIf(!existsSync('/proc/self'))('fails where nothing can be made', () => {
  expect(() => makeFolder('/proc/nowhere/x')).toThrow('ENOENT');
  expect(() => mkdirSync('/proc/nowhere')).toThrow('ENOENT');
});
