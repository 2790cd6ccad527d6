import type { Authorizer } from '../access/decision.ts';
import type { KeyProvider } from '../seal/providers/key-provider.ts';
import type { Signer } from '../sign/signers.ts';
import type { Blobs } from '../store/blobs/blobs.ts';
import type { Bus } from '../store/bus/bus.ts';
import type { Jobs } from '../store/jobs/job.ts';
import type { Store } from '../store/store.ts';
import type { Contents } from './contents/open-contents.ts';
import type { RegistryLimits, UpstreamSettings } from './settings.ts';

/** How the registry reaches the hub that models come from. */
export interface Upstream extends UpstreamSettings {
  /** Refuses private addresses and the like; follows redirects without handing the token on. */
  readonly fetch: typeof fetch;
  readonly token: string | null;
}

/** Everything that the registry works with. Its functions take what they need of it. */
export interface Registry {
  readonly store: Store;
  readonly blobs: Blobs;
  readonly bus: Bus;
  readonly jobs: Pick<Jobs, 'find'>;
  readonly authorizer: Authorizer;
  /** ms since 1970. */
  readonly clock: () => number;
  readonly limits: RegistryLimits;
  /** Whoever downloaded a version within so many days hears of its recall. */
  readonly recentDays: number;
  /** A webhook is told of recalls. */
  readonly hasWebhook: boolean;
  /** Wraps the keys of versions. */
  readonly masterKey: KeyProvider;
  /** Keys that are open, and downloads under way. */
  readonly contents: Contents;
  /** Signs what is released. */
  readonly signer: () => Promise<Signer>;
  /** For files that are being worked on; emptied at the start. */
  readonly workFolder: string;
  /** Null: nothing is fetched. */
  readonly upstream: Upstream | null;
  /** Told of what fails beside requests. */
  readonly onFault: (error: unknown) => void;
}
