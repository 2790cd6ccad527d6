/** The file a thread that copies ranges starts with. */
import { parentPort, workerData } from 'node:worker_threads';
import { type CopyAnswer, type CopySetup, UnitCopier } from './copy-units.ts';

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
const copier = new UnitCopier(workerData as CopySetup);
let answer: CopyAnswer | null = null;
while (answer === null) answer = copier.step();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
port.postMessage(answer);
