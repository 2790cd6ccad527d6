import { expect, it } from 'vitest';
import { ProblemError } from '../../contract/client.ts';
import { explained } from './retrying.ts';

const problem = (status: number, code: string, hint?: string) =>
  new ProblemError({
    type: 'about:blank',
    title: 't',
    status,
    detail: 'the server could not do it',
    code,
    ...(hint === undefined ? {} : { hint }),
  });

it('says of a failure of the server which it is, and what is to be done about it', () => {
  expect(explained(problem(507, 'no-room', 'free disk space'))).toMatchObject({
    code: 'server-failed',
    message: 'the server failed: 507 no-room: the server could not do it; free disk space',
  });
  expect(explained(problem(500, 'internal')).message).toBe(
    'the server failed: 500 internal: the server could not do it',
  );
});

it('keeps the code and the advice of a refusal', () => {
  expect(explained(problem(409, 'uploads-full', 'submit some of them'))).toMatchObject({
    code: 'uploads-full',
    hint: 'submit some of them',
    exitCode: 1,
  });
});
