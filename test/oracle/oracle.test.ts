import { existsSync, mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { askOracle, askPickleOracle, findPython, type PickleAnswer } from './ask-oracle.ts';

const python = findPython();
const numpyPython = findPython(['numpy']);
const torchPython = findPython(['torch']);
const bytes = (text: string): Uint8Array => Buffer.from(text, 'latin1');

/** A stream that would create `path`, and the marker it would leave. */
function touching(): { readonly stream: Uint8Array; readonly marker: string } {
  const marker = join(mkdtempSync(join(tmpdir(), 'oracle-')), 'touched');
  return { stream: bytes(`cos\nsystem\n(S'touch ${marker}'\ntR.`), marker };
}

interface Recorded {
  readonly imports: PickleAnswer['imports'];
}

describe.skipIf(python === null)('the pickle oracle', () => {
  test('sees a call and does not make it', () => {
    const { stream, marker } = touching();
    const [answer] = askPickleOracle(python ?? '', [stream], ['c', 'cFile', 'py', 'cLatin1', 'pyLatin1']);
    for (const machine of Object.values(answer ?? {})) {
      expect(machine).toMatchObject({ ok: true, imports: [['os', 'system']], events: [['call', 'os.system']] });
    }
    expect(existsSync(marker)).toBe(false);
  });

  test.each([
    ['INST', '(ios\nsystem\n.', [['call', 'os.system']]],
    ['OBJ', '(cos\nsystem\no.', [['call', 'os.system']]],
    ['NEWOBJ', 'cm\nC\n)\x81.', [['new', 'm.C']]],
    ['NEWOBJ_EX', 'cm\nC\n)}\x92.', [['new', 'm.C']]],
    ['EXT1', '\x80\x02\x82\x01)R.', [['call', 'ext_one.One']]],
    ['BUILD of a class', 'cm\nC\n}b.', [['build', 'm.C']]],
    [
      'APPENDS',
      'cm\nC\n)R(K\x01e.',
      [
        ['call', 'm.C'],
        ['append', 'm.C()'],
      ],
    ],
    [
      'a call of a result',
      'cm\nC\n)R)R.',
      [
        ['call', 'm.C'],
        ['call', 'm.C()'],
      ],
    ],
    [
      'arguments that a call made',
      'cm\nC\ncm\nargs\n)RR.',
      [
        ['call', 'm.args'],
        ['call', 'm.C'],
      ],
    ],
  ])('tells %s from the others', (_name, stream, events) => {
    const [answer] = askPickleOracle(python ?? '', [bytes(stream)], ['c', 'py']);
    expect(answer?.c).toMatchObject({ ok: true, events });
    expect(answer?.py).toMatchObject({ ok: true, events });
  });

  test('keeps answering after a stream that asks for too much memory', () => {
    const huge = bytes('\x80\x04\x8e\0\0\0\0\0\0\0\x7f.');
    const answers = askPickleOracle(python ?? '', [huge, bytes('K\x01.')], ['c', 'py']);
    expect(answers.map((answer) => answer.c.ok)).toEqual([false, true]);
  });

  test('maps the names of Python 2', () => {
    const [answer] = askPickleOracle(python ?? '', [bytes('c__builtin__\nxrange\n.')], ['c']);
    expect(answer?.c.mapped).toEqual([['builtins', 'range']]);
  });
});

describe('the oracles of libraries', () => {
  test.skipIf(numpyPython === null)('numpy loads through the recorder', () => {
    const { stream, marker } = touching();
    const [answer] = askOracle<{ readonly pickled: Recorded }>(numpyPython ?? '', 'numpy', [stream]);
    expect(answer?.pickled.imports).toEqual([['os', 'system']]);
    expect(existsSync(marker)).toBe(false);
  });

  test.skipIf(torchPython === null)('torch loads through the recorder', () => {
    const { stream, marker } = touching();
    const [answer] = askOracle<{ readonly recorded: Recorded }>(torchPython ?? '', 'torch', [stream]);
    expect(answer?.recorded.imports).toEqual([['os', 'system']]);
    expect(existsSync(marker)).toBe(false);
  });

  test.skipIf(python === null)('zipfile says what it cannot read', () => {
    const [answer] = askOracle<{ readonly zip: { readonly ok: boolean } }>(python ?? '', 'zip', [bytes('PK')]);
    expect(answer?.zip.ok).toBe(false);
  });
});
