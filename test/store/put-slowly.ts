/** Puts a blob that never ends into the folder it is given, until it is killed. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';

const blobs = await openBlobs({ folder: { path: process.argv[2] ?? '' } });

async function* endless(): AsyncIterable<Uint8Array> {
  for (let i = 0; ; i++) {
    yield Buffer.alloc(100_000, i);
    if (i === 30) process.stdout.write('under way\n');
    await sleep(5);
  }
}

await blobs.put(endless(), { maxBytes: 2 ** 40 });
