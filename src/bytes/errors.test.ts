import { expect, test } from 'vitest';
import { ReadError } from './errors.ts';

test('the name of a file cannot write a line of a message', () => {
  const error = ReadError.of('a\nvouchsafe: all is well', 'no such file\r');
  expect(error.message).toBe('cannot read a\\nvouchsafe: all is well: no such file\\r');
  expect(error.data['what']).toBe('a\nvouchsafe: all is well');
});
