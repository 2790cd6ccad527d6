/** A process that works on versions until it is killed; says how each goes. What it works with comes as JSON. */
import { setTimeout as sleep } from 'node:timers/promises';
import { type JobPlace } from '../build/jobs.ts';
import { openPipeline } from './pipeline-fixture.ts';

interface Orders {
  readonly place: JobPlace;
  readonly folder: string;
  /** In base 64. */
  readonly root: string;
  readonly versionId: string;
  /** It begins to sign, and never ends. */
  readonly hangsAtSigning: boolean;
}

const say = (line: string): void => void process.stdout.write(`${line}\n`);
const { place, folder, root, versionId, hangsAtSigning } = JSON.parse(process.argv[2] ?? '') as Orders;
const hang = async (): Promise<never> => {
  say('signing');
  return new Promise(() => undefined);
};
const over = hangsAtSigning ? { signer: hang } : {};
const pipeline = await openPipeline(place, { folder, root: Buffer.from(root, 'base64'), over });
await pipeline.start();
for (let last = ''; ; await sleep(5)) {
  const { state, step } = await pipeline.row(versionId);
  const line = step === 'waits for a worker' ? 'waiting' : `${state} ${step ?? ''}`.trim();
  if (line !== last) say(line);
  last = line;
}
