import { CodedError } from '../../bytes/errors.ts';
import { describeFailure } from '../failure.ts';

/** 0, or 1 when what was given is refused, which is said on standard error. @throws everything else. */
export async function exitCodeOf(work: Promise<void>): Promise<0 | 1> {
  try {
    await work;
    return 0;
  } catch (error) {
    if (!(error instanceof CodedError) || error.exitCode !== 1) throw error;
    process.stderr.write(describeFailure(error));
    return 1;
  }
}
