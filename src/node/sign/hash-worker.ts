/** The file a hashing thread starts with. */
import { parentPort, workerData } from 'node:worker_threads';
import { CodedError } from '../../bytes/errors.ts';
import { RangeDigester, type HashTask } from './digest-range.ts';
import type { HashAnswer, HashSetup } from './hash-files.ts';

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
const { hash, counter } = workerData as HashSetup;
const hashed = new BigInt64Array(counter);
const onBytes = (bytes: number): void => void Atomics.add(hashed, 0, BigInt(bytes));
const digester = new RangeDigester({ hash, onBytes, readsAhead: false });

async function answerTo(tasks: readonly HashTask[]): Promise<HashAnswer> {
  const digests: string[] = [];
  try {
    for (const task of tasks) digests.push(await digester.digest(task));
    return { digests };
  } catch (error) {
    const coded = error instanceof CodedError ? { code: error.code, data: error.data } : { code: '', data: {} };
    return { failure: { ...coded, message: error instanceof Error ? error.message : String(error) } };
  }
}

port.on('message', (tasks: readonly HashTask[]) => {
  // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
  void answerTo(tasks).then((answer) => port.postMessage(answer));
});
