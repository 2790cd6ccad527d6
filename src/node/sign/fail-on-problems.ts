import { SignError, type Problem } from '../../sign/errors.ts';

/** Fails with the first problem, for those who can do nothing without the whole model. @throws SignError. */
export function failOnProblems(problems: readonly Problem[]): void {
  const [first] = problems;
  if (first === undefined) return;
  const more = problems.length === 1 ? '' : ` (and ${problems.length - 1} more problems)`;
  throw SignError.of(first.code, `${first.message.slice(first.message.indexOf(': ') + 2)}${more}`);
}
