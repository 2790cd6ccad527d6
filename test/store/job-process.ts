/** A process that runs jobs until it is killed: says when each begins and ends. The place comes as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { openQueue, type JobPlace } from '../build/jobs.ts';

const [, , place = '', toAdd = '0', workMs = '400'] = process.argv;
const queue = await openQueue(JSON.parse(place) as JobPlace, { threads: 2 });
const say = (line: string): void => void process.stdout.write(`${line}\n`);

await queue.store.change(async (change) => {
  for (let i = 0; i < Number(toAdd); i++) {
    await change.enqueue({
      kind: 'work',
      data: { i },
      maxAttempts: 1000,
      requestedBy: { kind: 'service', id: 'svc_1' },
    });
  }
});
await queue.jobs.start({
  work: async ({ id, attempt }) => {
    say(`begin ${id} ${attempt}`);
    await sleep(Number(workMs));
    say(`end ${id} ${attempt}`);
    return { digest: `sha256:${'a'.repeat(64)}`, bytes: attempt, name: id };
  },
});
say('ready');
