import { existsSync, mkdirSync, mkdtempSync, rmSync, utimesSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { openWorkFolder } from './work-folder.ts';

it('removes what processes left behind that were killed, and nothing of those that live', async () => {
  const parent = mkdtempSync(join(tmpdir(), 'vouchsafe-work-'));
  onTestFinished(() => rmSync(parent, { recursive: true, force: true }));
  const killed = join(parent, 'process-killed');
  mkdirSync(killed);
  writeFileSync(join(killed, 'large.bin'), 'left behind');
  utimesSync(killed, 1, 1);
  const living = openWorkFolder(parent);
  const other = openWorkFolder(parent);
  expect(existsSync(killed)).toBe(false);
  expect(existsSync(living.path)).toBe(true);
  await living.close();
  expect(existsSync(living.path)).toBe(false);
  expect(existsSync(other.path)).toBe(true);
  await other.close();
});
