import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Registry } from '../registry.ts';
import type { OpenedContent } from './open-content.ts';

interface DownloadRequest {
  readonly versionId: string;
  readonly path: string;
  readonly principal: PrincipalRef;
  readonly signal: AbortSignal;
}

/**
 * Opens a file of a released version for somebody who may have it. What he reads is written down, and ends when the version is recalled.
 * @throws RegistryError `recalled`, `not-downloadable`, `version-unknown`, `file-unknown`, `keys-unavailable`.
 */
export async function openDownload(_registry: Registry, _request: DownloadRequest): Promise<OpenedContent> {
  throw new Error('not yet');
}
