import { setTimeout as wait } from 'node:timers/promises';
import type { Client, ClientReply } from '../../contract/client.ts';
import { type Retrying, retrying } from './retrying.ts';

export type Version = ClientReply<'versions.show'>;

const FIRST_WAIT_MS = 300;
const MAX_WAIT_MS = 5000;

/** States that nothing moves on from by itself. */
const isSettled = ({ state }: Version): boolean => !['uploading', 'examining', 'releasing'].includes(state);

interface Following extends Retrying {
  readonly onStep: (version: Version) => void;
}

/** Asks for a version until it is released, refused, or waits for a person. */
export async function followVersion(client: Client, versionId: string, following: Following): Promise<Version> {
  const { signal } = following;
  for (let pauseMs = FIRST_WAIT_MS; ; pauseMs = Math.min(MAX_WAIT_MS, pauseMs * 1.5)) {
    const version = await retrying(following, () => client.versions.show({ params: { versionId } }, { signal }));
    if (isSettled(version)) return version;
    following.onStep(version);
    await wait(pauseMs, undefined, { signal });
  }
}
