import { describe, expect, it } from 'vitest';
import { findNameFault, pathFault } from './portable-names.ts';

const kindOf = (...paths: string[]) => findNameFault(paths)?.kind;

describe('a portable name', () => {
  it.each([
    'config.json',
    'weights/model-00001-of-00002.safetensors',
    '.gitattributes',
    'a b/ä b (1).bin',
    '日本語/模型.bin',
    'console.txt',
    'com10.txt',
    'nul-model.bin',
    'auxiliary/con_.txt',
    '...a',
    ' a',
    `${'ä'.repeat(127)}/x`,
    'sub/.vouchsafe-partial',
  ])('takes %j', (path) => {
    expect(findNameFault([path])).toBeUndefined();
  });

  it.each([
    ['', 'not relative'],
    ['/a', 'not relative'],
    ['a/', 'not relative'],
    ['a//b', 'not relative'],
    ['./a', 'not relative'],
    ['a/../../b', 'not relative'],
    ['a\\b', 'Windows has other uses for'],
    ['C:/a', 'Windows has other uses for'],
    ['model.bin:stream', 'Windows has other uses for'],
    ['a?b', 'Windows has other uses for'],
    ['a<b>|"*', 'Windows has other uses for'],
    ['a\nb', 'not shown'],
    ['a\u0000b', 'not shown'],
    ['a\u0085b', 'not shown'],
    ['a\u202eb', 'not shown'],
    ['a\ud800b', 'not shown'],
    ['model.', 'ends with a dot or a space'],
    ['model ', 'ends with a dot or a space'],
    ['folder./x', 'ends with a dot or a space'],
    ['...', 'ends with a dot or a space'],
    ['CON', 'for a device'],
    ['con.txt', 'for a device'],
    ['a/Nul.tar.gz', 'for a device'],
    ['aux /x', 'ends with a dot or a space'],
    ['aux .txt', 'for a device'],
    ['lpt1/x', 'for a device'],
    ['COM³.bin', 'for a device'],
    ['conin$', 'for a device'],
    [`${'ä'.repeat(127)}xy`, 'more than 255 bytes'],
    [Array.from({ length: 8 }, () => 'x'.repeat(100)).join('/'), 'more than 768 bytes'],
    ['.vouchsafe-partial/x', 'an interrupted pull'],
    ['.Vouchsafe-PARTIAL/x', 'an interrupted pull'],
    ['.vouchsafe-partial', 'an interrupted pull'],
  ])('refuses %j', (path, reason) => {
    expect(pathFault(path)).toContain(reason);
    expect(findNameFault(['a', path])).toMatchObject({ kind: 'refused', message: expect.stringContaining(reason) });
  });

  it('is bounded by bytes exactly', () => {
    expect(pathFault('x'.repeat(255))).toBeUndefined();
    expect(pathFault('x'.repeat(256))).toBeDefined();
    const path = `${Array.from({ length: 3 }, () => 'x'.repeat(254)).join('/')}/yyy`;
    expect([pathFault(path), pathFault(`${path}y`)]).toEqual([undefined, expect.stringContaining('768')]);
  });
});

describe('names beside each other', () => {
  it.each([
    ['twice the same', ['a', 'b', 'a']],
    ['case', ['a/Model.bin', 'x', 'a/model.BIN']],
    ['composition', ['caf\u00e9', 'cafe\u0301']],
    ['a sharp s, in three ways', ['ma\u00df', 'ma\u1e9e']],
    ['a sharp s, spelled out', ['mass', 'ma\u00df']],
    ['a Kelvin sign', ['k', '\u212a']],
    ['sigmas', ['\u03c2', '\u03c3']],
    ['a file that is a folder', ['a', 'a-', 'a.b', 'a/b']],
    ['a file that is a folder, in capitals', ['A', 'a/b/c']],
    ['one folder in two spellings', ['Weights/a', 'm', 'weights/b']],
    ['one folder in two spellings, further down', ['x/Weights/a', 'x/a/b', 'x/weights/c/d']],
  ])('are refused where some file system takes them for one: %s', (_what, paths) => {
    expect(kindOf(...paths)).toBe('ambiguous');
    expect(kindOf(...paths.toReversed())).toBe('ambiguous');
  });

  it('are taken where none does', () => {
    expect(kindOf('a/b/c', 'a/c', 'b/B', 'ab', 'a-b/x', 'a.b', 'x/a/b', 'x/A.b')).toBeUndefined();
  });

  it('are named, both of them, with what to do', () => {
    expect(findNameFault(['a', 'B/x', 'b'])).toEqual({
      kind: 'ambiguous',
      message: '"b" is a file, and the folder of "B/x"; rename one',
    });
  });
});
