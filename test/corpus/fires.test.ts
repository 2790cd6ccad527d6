import { expect, test } from 'vitest';
import { findPython } from '../oracle/ask-oracle.ts';
import { askFires } from './ask-fires.ts';
import { executes } from './executes.ts';
import { hostileCases } from './index.ts';

const asked = process.env['VOUCHSAFE_VERIFY_CORPUS'] === '1';
const python = asked ? findPython() : null;

test('executes.json names only cases that exist', () => {
  const ids = new Set(hostileCases.map((hostile) => hostile.id));
  expect(Object.keys(executes).filter((id) => !ids.has(id))).toEqual([]);
});

test.skipIf(python === null)(
  'the tricks of the pickle machine still fire in CPython',
  () => {
    const streams = hostileCases.filter((hostile) => hostile.id.startsWith('stream.'));
    const fired = askFires(python ?? '', streams);
    const expected = streams.filter((hostile) => hostile.id in executes).map((hostile) => hostile.id);
    expect(expected.filter((id) => !fired.has(id))).toEqual([]);
  },
  600_000,
);
