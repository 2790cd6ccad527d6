import type { Change } from '../../store/store.ts';
import type { Registry } from '../registry.ts';

interface Wanted {
  readonly versionId: string;
  readonly signal: AbortSignal;
  /** Plain bytes that were sealed since the last call. */
  readonly onBytes?: ((bytes: number) => void) | undefined;
}

/** What is ready to be given out, once `writeSealed` is committed. */
export interface SealedVersion {
  readonly versionId: string;
}

/**
 * Seals every content of a version that is not sealed yet: call it when the rows of its release side are written. Nothing is given out by it.
 * @throws RegistryError `keys-unavailable`, `content-damaged`.
 */
export async function sealVersion(_registry: Registry, _wanted: Wanted): Promise<SealedVersion> {
  throw new Error('not yet');
}

/** To be committed together with the release. @throws RegistryError `version-state` where files were added since. */
export async function writeSealed(_change: Change, _sealed: SealedVersion): Promise<void> {
  throw new Error('not yet');
}
