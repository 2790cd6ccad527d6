import { importRequest } from '../../contract/types/registry.ts';
import { UsageError } from '../usage-error.ts';

export interface HubReference {
  readonly repository: string;
  /** A branch, a tag or a commit. */
  readonly revision: string;
}

const REFERENCE = /^hf:\/\/([^@]+)(?:@(.+))?$/;

/** `hf://OWNER/NAME`, or with `@` and a branch, a tag or a commit; without one, `main`. @throws UsageError */
export function parseHubReference(text: string): HubReference {
  const [, name, revision] = REFERENCE.exec(text) ?? [];
  const parsed = importRequest.pick({ repository: true, revision: true }).safeParse({ repository: name, revision });
  if (!parsed.success) throw UsageError.of(`expected hf://OWNER/NAME or hf://OWNER/NAME@REVISION, found ${text}`);
  return parsed.data;
}
