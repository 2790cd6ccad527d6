import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { readKeyFile } from '../../access/people/secrets/key-file.ts';
import { openContents } from '../../registry/contents/open-contents.ts';
import { LocalKeyProvider } from '../../registry/keys/local-key-provider.ts';
import type { Registry, Upstream } from '../../registry/registry.ts';
import { AwsKmsProvider } from '../../seal/providers/aws-kms.ts';
import type { KeyProvider } from '../../seal/providers/key-provider.ts';
import { VaultTransitProvider } from '../../seal/providers/vault-transit.ts';
import { newKeyPair, readPrivateKey } from '../../sign/keys.ts';
import { keySigner, type Signer } from '../../sign/signers.ts';
import { readSecret } from '../config/read-secret.ts';
import type { ServerConfig } from '../config/schema.ts';
import { asFetch, makeSafeFetch } from '../fetch/safe-fetch.ts';
import type { Closing } from './closing.ts';
import { keysFolderOf } from './keys-folder.ts';
import { openWorkFolder } from './work-folder.ts';

const OWNER_ONLY = 0o600;
/** One answer of a hub, such as a shard of a model. */
const MAX_FETCHED_BYTES = 2 ** 43;

type Parts = Pick<Registry, 'store' | 'blobs' | 'bus' | 'jobs' | 'authorizer' | 'clock' | 'onFault'>;

/** The registry as the configuration wants it. */
export async function openRegistry(
  parts: Parts,
  { config, folder, closing }: { readonly config: ServerConfig; readonly folder: string; readonly closing: Closing },
): Promise<Registry> {
  const { limits, recentDays } = config.registry;
  const masterKey = await openMasterKey(config, folder);
  const work = openWorkFolder(config.registry.work ?? join(folder, 'work'));
  closing.add(work, (opened) => opened.close());
  return {
    ...parts,
    limits,
    recentDays,
    masterKey,
    contents: closing.add(openContents({ ...parts, masterKey }), (contents) => contents.close()),
    hasWebhook: config.reviews.webhook !== undefined,
    signer: signerIn(config.registry.signingKey ?? join(keysFolderOf(config, folder), 'model-signing.pem')),
    workFolder: work.path,
    upstream: upstreamOf(config),
  };
}

async function openMasterKey(config: ServerConfig, folder: string): Promise<KeyProvider> {
  const { masterKey } = config.registry;
  if ('vault' in masterKey) {
    const { token, ...vault } = masterKey.vault;
    return new VaultTransitProvider({ ...vault, token: readSecret(token), allowsPlainHttp: config.fetch.allowHttp });
  }
  if ('awsKms' in masterKey)
    return new AwsKmsProvider({ ...masterKey.awsKms, allowsPlainHttp: config.fetch.allowHttp });
  const path = masterKey.file ?? join(keysFolderOf(config, folder), 'registry.key');
  return new LocalKeyProvider(await readKeyFile(path, { mayMake: masterKey.file === undefined }));
}

/** Read when something is signed first; made where there is none and no other was named. */
function signerIn(path: string): () => Promise<Signer> {
  let opened: Signer | undefined;
  return async () => {
    if (opened !== undefined) return opened;
    if (!existsSync(path)) writeFileSync(path, newKeyPair('P-256').privatePem, { mode: OWNER_ONLY, flag: 'wx' });
    opened = keySigner(readPrivateKey(readFileSync(path)));
    return opened;
  };
}

function upstreamOf({ registry, fetch }: ServerConfig): Upstream | null {
  if (registry.upstream === undefined) return null;
  const { token, ...settings } = registry.upstream;
  return {
    ...settings,
    token: token === undefined ? null : readSecret(token),
    fetch: asFetch(makeSafeFetch({ ...fetch, maxBytes: MAX_FETCHED_BYTES, stallSeconds: settings.stallSeconds })),
  };
}
