/** Kinds of jobs that versions go through. */
export const examineJob = 'registry.examine';
export const releaseJob = 'registry.release';
export const reexamineJob = 'registry.reexamine';
export const upkeepJob = 'registry.upkeep';
export const recallNoticeJob = 'registry.recall-notice';

/** Each is tried so often while what it needs does not answer: with the pauses between them about ten minutes. */
export const MAX_ATTEMPTS = 8;
