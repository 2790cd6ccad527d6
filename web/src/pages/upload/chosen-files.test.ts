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

it('says at once which name the registry would refuse, but not of what is left out', () => {
  const faultOf = (...given: string[]) => asVersion(chosen(...given)).nameFault;
  expect(faultOf('m/a.json', 'm/b/c.bin', 'm/.git/config', 'm/.git/CONFIG')).toBeNull();
  expect(faultOf('m/a.json', 'm/con.txt')).toMatch(/^"con.txt" has a name that Windows keeps for a device/);
  expect(faultOf('m/A.json', 'm/b', 'm/a.json')).toMatch(/^"A.json" and "a.json" are one file/);
});
