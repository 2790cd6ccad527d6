/** The file a thread that seals or opens chunks starts with. */
import { parentPort, workerData } from 'node:worker_threads';
import { type ChunkAnswer, type ChunkSetup, Stripes } from './chunk-stripes.ts';

const port = parentPort;
if (port === null) throw new Error('not a worker thread');
const stripes = new Stripes(workerData as ChunkSetup);
let answer: ChunkAnswer | null = null;
while (answer === null) answer = stripes.step();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
port.postMessage(answer);
