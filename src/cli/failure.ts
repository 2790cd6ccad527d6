import { CodedError } from '../bytes/errors.ts';
import { visible } from '../scan/visible-text.ts';

/** What to print when a command could not run: one line a problem, a hint if there is one. */
export function describeFailure(error: unknown): string {
  if (error instanceof CodedError) {
    const lines = error.message.split('\n').map((line) => `vouchsafe: ${visible(line)}\n`);
    return lines.join('') + (error.hint === undefined ? '' : `  ${error.hint}\n`);
  }
  const detail = error instanceof Error ? (error.stack ?? error.message) : String(error);
  return `vouchsafe: internal error, please report it:\n${detail.split('\n').map(visible).join('\n')}\n`;
}
