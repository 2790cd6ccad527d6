/** The stand-in for S3 in a thread of its own, where the memory it takes is not that of the test. */
import { parentPort } from 'node:worker_threads';
import { S3StandIn } from './s3-stand-in.ts';

const server = new S3StandIn();
const { bucket, accessKeyId, secretAccessKey } = server;
const endpoint = await server.start();
// oxlint-disable-next-line unicorn/require-post-message-target-origin -- a worker thread, not a window
parentPort?.postMessage({ endpoint, keys: { bucket, accessKeyId, secretAccessKey } });
