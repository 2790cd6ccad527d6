import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { discardUnfinished } from './output-file.ts';
import { OutputFolder } from './output-folder.ts';
import { WriteError } from './write-error.ts';

const root = mkdtempSync(join(tmpdir(), 'vouchsafe-output-folder-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let place: string;
let target: string;
let count = 0;
beforeEach(() => {
  count += 1;
  place = join(root, String(count));
  mkdirSync(place);
  target = join(place, 'model');
});

function fill(folder: OutputFolder): void {
  mkdirSync(join(folder.path, 'sub'));
  writeFileSync(join(folder.path, 'sub', 'config.json'), 'new');
}

function fillOld(): void {
  mkdirSync(target);
  writeFileSync(join(target, 'config.json'), 'old');
}

const message = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    expect(error).toBeInstanceOf(WriteError);
    return (error as Error).message;
  }
  throw new Error('nothing was thrown');
};

test('nothing is under the name until it is committed, everything afterwards, and nothing beside it', () => {
  const folder = OutputFolder.create(target);
  fill(folder);
  expect(existsSync(target)).toBe(false);
  folder.commit();
  expect(readFileSync(join(target, 'sub', 'config.json'), 'utf8')).toBe('new');
  expect(readdirSync(place)).toEqual(['model']);
});

test('a discarded folder leaves nothing, also when the process is asked to end', () => {
  fill(OutputFolder.create(target));
  discardUnfinished();
  const folder = OutputFolder.create(target);
  fill(folder);
  folder.discard();
  expect(readdirSync(place)).toEqual([]);
});

test('names that are not UTF-8 are synced like others', () => {
  const folder = OutputFolder.create(target);
  writeFileSync(Buffer.concat([Buffer.from(`${folder.path}/`), Buffer.from([0x66, 0xff])]), 'x');
  folder.commit();
  expect(readdirSync(target, 'latin1')).toEqual(['f\u00ff']);
});

test('a folder with content, a file and a place without parent are refused; an empty folder is taken', () => {
  fillOld();
  expect(message(() => OutputFolder.create(target))).toMatch(/already exists and is not empty/);
  expect(message(() => OutputFolder.create(join(target, 'config.json')))).toMatch(/is no folder/);
  expect(message(() => OutputFolder.create(join(place, 'no', 'where')))).toMatch(/no such file or directory/);
  const empty = join(place, 'empty');
  mkdirSync(empty);
  const folder = OutputFolder.create(empty);
  fill(folder);
  folder.commit();
  expect(readdirSync(empty)).toEqual(['sub']);
});

test('what took the place in the meantime is not overwritten', () => {
  const folder = OutputFolder.create(target);
  fill(folder);
  fillOld();
  expect(message(() => folder.commit())).toMatch(/cannot write/);
  expect(readdirSync(target)).toEqual(['config.json']);
  expect(readdirSync(place)).toEqual(['model']);
});

test('replacing keeps the old folder under the name of the backup, or removes it', () => {
  fillOld();
  const backup = join(place, 'model.bak');
  const first = OutputFolder.create(target, { replace: { backup } });
  fill(first);
  first.commit();
  expect(readdirSync(target)).toEqual(['sub']);
  expect(readdirSync(backup)).toEqual(['config.json']);
  expect(message(() => OutputFolder.create(target, { replace: { backup } }))).toMatch(/model\.bak already exists/);
  OutputFolder.create(target, { replace: { backup: null } }).commit();
  expect(readdirSync(target)).toEqual([]);
  expect(readdirSync(place).sort()).toEqual(['model', 'model.bak']);
});

test('a link to a folder stays a link, and the folder it leads to is replaced', () => {
  fillOld();
  const link = join(place, 'link');
  symlinkSync(target, link);
  const folder = OutputFolder.create(link, { replace: { backup: null } });
  fill(folder);
  folder.commit();
  expect(readdirSync(target)).toEqual(['sub']);
  expect(readdirSync(link)).toEqual(['sub']);
});

test('when the new folder cannot be put in place, the old one comes back', () => {
  fillOld();
  const folder = OutputFolder.create(target, { replace: { backup: null } });
  rmSync(folder.path, { recursive: true });
  expect(message(() => folder.commit())).toMatch(/cannot write/);
  expect(readFileSync(join(target, 'config.json'), 'utf8')).toBe('old');
  expect(readdirSync(place)).toEqual(['model']);
});

test('neither the home folder nor the one this was started in is replaced, nor what holds them', () => {
  for (const folder of [homedir(), process.cwd(), dirname(process.cwd())]) {
    expect(message(() => OutputFolder.create(folder, { replace: { backup: null } }))).toMatch(/is not replaced|root/);
  }
});
