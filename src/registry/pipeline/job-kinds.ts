/** Kinds of jobs that a version goes through, and how often each is tried while what it needs does not answer. */
export const examineJob = 'registry.examine';
export const releaseJob = 'registry.release';
export const reexamineJob = 'registry.reexamine';
export const recallNoticeJob = 'registry.recall-notice';

/** With the pauses between them about ten minutes: the time that a store takes to come back. */
export const MAX_ATTEMPTS = 8;
