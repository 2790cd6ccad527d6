import { expect, it } from 'vitest';
import { ProblemError } from '../../../../src/contract/client.ts';
import { NoAnswer } from '../../api/no-answer.ts';
import { arrivedBytes, mayPass } from './upload-run.ts';

const problem = (status: number) =>
  new ProblemError({ type: 'about:blank', title: 't', status, detail: 'd', code: 'c', hint: 'h' });

it('counts what has arrived, the short last part too', () => {
  const file = { bytes: 25, partBytes: 10, missing: [1, 2] };
  expect(arrivedBytes(file)).toBe(10);
  expect(arrivedBytes(file, new Set([2]))).toBe(15);
  expect(arrivedBytes(file, new Set([1, 2]))).toBe(25);
  expect(arrivedBytes({ bytes: 0, partBytes: 10, missing: [0] })).toBe(0);
});

it('tries again what may pass, and nothing that was refused', () => {
  expect([503, 500, 429].map((status) => mayPass(problem(status)))).toEqual([true, true, true]);
  expect([400, 403, 409, 413].map((status) => mayPass(problem(status)))).toEqual([false, false, false, false]);
  expect(mayPass(new NoAnswer('x', { mayHaveChanged: false }))).toBe(true);
  expect(mayPass(new Error('x'))).toBe(false);
});
