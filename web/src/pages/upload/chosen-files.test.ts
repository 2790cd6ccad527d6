import { expect, it } from 'vitest';
import { asVersion } from './chosen-files.ts';

const chosen = (...paths: string[]) => paths.map((path) => ({ path, file: new File(['x'], 'x') }));
const paths = (...given: string[]) => asVersion(chosen(...given)).files.map(({ path }) => path);

it('takes the one folder away that everything is in', () => {
  expect(paths('m/b/c.bin', 'm/a.json')).toEqual(['a.json', 'b/c.bin']);
  expect(paths('m/a.json', 'n/b.json')).toEqual(['m/a.json', 'n/b.json']);
  expect(paths('a.json')).toEqual(['a.json']);
});

it('leaves out what file managers and tools leave behind', () => {
  const { files, leftOut } = asVersion(chosen('m/.DS_Store', 'm/.git/config', 'm/a.json', 'm/x.DS_Store.txt'));
  expect(files.map(({ path }) => path)).toEqual(['a.json', 'x.DS_Store.txt']);
  expect(leftOut).toEqual(['.DS_Store', '.git/config']);
});
