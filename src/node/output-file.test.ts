import {
  existsSync,
  mkdtempSync,
  openSync,
  readdirSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
  chmodSync,
  closeSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeEach, expect, test } from 'vitest';
import { discardUnfinished, OutputFile } from './output-file.ts';

const root = mkdtempSync(join(tmpdir(), 'vouchsafe-output-'));
afterAll(() => rmSync(root, { recursive: true, force: true }));

let place = '';
let count = 0;
beforeEach(() => {
  count += 1;
  place = mkdtempSync(join(root, `${count}-`));
});

const written = (file: string, text: string, options = {}): void => {
  const output = OutputFile.create(file, options);
  output.append(Buffer.from(text));
  output.commit();
};

test('a name of 255 bytes in a script of three bytes a character can be written', () => {
  const name = '模'.repeat(85);
  written(join(place, name), 'x');
  expect(readdirSync(place)).toEqual([name]);
});

test('a file that is replaced keeps its permissions, whatever the umask', () => {
  const file = join(place, 'shared');
  writeFileSync(file, 'old');
  chmodSync(file, 0o666);
  written(file, 'new');
  expect(statSync(file).mode & 0o777).toBe(0o666);
});

test('an exclusive file takes no place that was taken meanwhile, and no link that leads nowhere', () => {
  const file = join(place, 'a');
  const output = OutputFile.create(file, { exclusive: true });
  writeFileSync(file, 'mine');
  expect(() => output.commit()).toThrow(/already exists/);
  expect(readFileSync(file, 'utf8')).toBe('mine');
  symlinkSync('nowhere', join(place, 'link'));
  expect(() => OutputFile.create(join(place, 'link'), { exclusive: true })).toThrow(/already exists/);
  expect(readdirSync(place).sort()).toEqual(['a', 'link']);
  written(join(place, 'b'), 'x', { exclusive: true });
  expect(readdirSync(place).sort()).toEqual(['a', 'b', 'link']);
});

test('what was discarded writes nowhere: another file may have its descriptor', () => {
  const output = OutputFile.create(join(place, 'a'));
  discardUnfinished();
  const fd = openSync(join(place, 'other'), 'w');
  expect(() => output.append(Buffer.from('x'))).toThrow(/discarded/);
  expect(() => output.commit()).toThrow(/discarded/);
  closeSync(fd);
  expect(statSync(join(place, 'other')).size).toBe(0);
  expect(existsSync(join(place, 'a'))).toBe(false);
});
