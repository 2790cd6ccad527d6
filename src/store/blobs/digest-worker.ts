/** The file a thread starts with that hashes what others write. */
import { createHash, type Hash } from 'node:crypto';
import { parentPort } from 'node:worker_threads';
import type { DigestAnswer, DigestTask } from './digest-threads.ts';

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
const running = new Map<number, Hash>();

function answerTo(task: DigestTask): DigestAnswer {
  const hash = running.get(task.id) ?? createHash('sha256');
  if (task.block !== undefined) {
    hash.update(task.block);
    running.set(task.id, hash);
    return null;
  }
  running.delete(task.id);
  return task.isWhole ? hash.digest('hex') : null;
}

// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
port.on('message', (task: DigestTask) => port.postMessage(answerTo(task)));
