import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Registry } from '../registry.ts';
import { countsAsAsking, isAsker, recordAsker } from '../versions/askers.ts';
import type { VersionRow } from '../versions/move-version.ts';

type Means = Pick<Registry, 'store' | 'clock'>;

interface Asking {
  readonly principal: PrincipalRef;
  readonly isImport: boolean;
}

/** Somebody asks for a version that is there: until it is decided about, that he does is written down. @returns its id */
export async function askedFor(means: Means, version: VersionRow, { principal, isImport }: Asking): Promise<string> {
  if (countsAsAsking(version, { isImport })) await ensureAsker(means, version.id, principal);
  return version.id;
}

/** Writes down who wants a version, unless that is done: most who ask for one ask again. */
export async function ensureAsker({ store, clock }: Means, versionId: string, principal: PrincipalRef): Promise<void> {
  if (await isAsker(store.read, { versionId, principal })) return;
  await store.change((change) => recordAsker(change, { versionId, principal, atMs: clock() }));
}
