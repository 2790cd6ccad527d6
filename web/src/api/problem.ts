import { ProblemError } from '../../../src/contract/client.ts';
import type { Problem } from '../../../src/contract/problem.ts';
import { NoAnswer } from './no-answer.ts';

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ProblemError) return error.problem;
  if (error instanceof NoAnswer) {
    return {
      type: 'about:blank',
      title: 'The server does not answer',
      status: 0,
      detail: error.message,
      code: 'no-connection',
      hint: error.mayHaveChanged
        ? 'Whether it was done is not known: reload the page and look before you do it again.'
        : 'Check that it runs and that this network reaches it, then try again. Nothing was changed.',
    };
  }
  return {
    type: 'about:blank',
    title: 'The console failed',
    status: 0,
    detail: error instanceof Error ? error.message : String(error),
    code: 'console-failure',
    hint: 'This is a fault of the console itself. Reload the page; if it stays, tell whoever runs the server.',
  };
}
