import { type Problem, problemSchema } from '../../../src/contract/problem.ts';

/** A refusal or failure that the server explained (RFC 9457). */
export class ApiProblem extends Error {
  readonly problem: Problem;

  constructor(problem: Problem) {
    super(problem.detail);
    this.name = 'ApiProblem';
    this.problem = problem;
  }
}

/** Reads the problem out of an answer that is not a success; an answer of something between us says so too. */
export async function readProblem(response: Response): Promise<ApiProblem> {
  const parsed = problemSchema.safeParse(await response.json().catch(() => null));
  if (parsed.success) return new ApiProblem(parsed.data);
  return new ApiProblem({
    type: 'about:blank',
    title: 'The answer was not from the server',
    status: response.status,
    detail: `expected a problem document, found status ${response.status} without one`,
    code: 'unexplained-answer',
    hint: 'Something between this browser and the server answered instead, such as a proxy. Try again, then look at its log.',
  });
}

/** Whatever was thrown, as a problem that can be shown. */
export function problemOf(error: unknown): Problem {
  if (error instanceof ApiProblem) return error.problem;
  if (error instanceof TypeError) {
    return {
      type: 'about:blank',
      title: 'The server does not answer',
      status: 0,
      detail: 'No connection to the server could be made.',
      code: 'no-connection',
      hint: 'Check that it runs and that this network reaches it, then try again. Nothing was changed.',
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

/** The code of a problem, or undefined for anything else. */
export function codeOf(error: unknown): string | undefined {
  return error instanceof ApiProblem ? error.problem.code : undefined;
}
