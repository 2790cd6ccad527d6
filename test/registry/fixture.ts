import { generateKeyPairSync, randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { AccessDecision } from '../../src/access/decision.ts';
import { makeProject } from '../../src/access/grants/projects.ts';
import type { PrincipalRef } from '../../src/contract/types/common.ts';
import { openContents } from '../../src/registry/contents/open-contents.ts';
import { LocalKeyProvider, ROOT_BYTES } from '../../src/registry/keys/local-key-provider.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { registrySettings } from '../../src/registry/settings.ts';
import { keySigner } from '../../src/sign/signers.ts';
import { openBlobs } from '../../src/store/blobs/open-blobs.ts';
import { LocalBus } from '../../src/store/bus/local-bus.ts';
import type { Store } from '../../src/store/store.ts';
import { addPerson } from '../access/fixture.ts';

export interface TestRegistry {
  readonly registry: Registry;
  readonly projectId: string;
  readonly owner: PrincipalRef;
  /** A person who exists. */
  person(name: string): Promise<PrincipalRef>;
  /** Removes what was made, but not the store. */
  end(): Promise<void>;
}

const allowed: AccessDecision = { allowed: true, policies: [], policyVersion: 1, grants: [], reasons: [] };

/** A registry on a store, with a folder of blobs, keys of its own, a project, and an authorizer that allows everything. */
export async function openTestRegistry(
  {
    store,
    clock = Date.now,
    project = 'research',
  }: { readonly store: Store; readonly clock?: () => number; readonly project?: string },
  over: Partial<Registry> = {},
): Promise<TestRegistry> {
  const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-registry-'));
  const blobs = await openBlobs({ folder: { path: join(folder, 'blobs') } });
  const bus = new LocalBus();
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  const { limits, recentDays } = registrySettings.parse({});
  const parts: Omit<Registry, 'contents'> = {
    store,
    blobs,
    bus,
    clock,
    limits,
    recentDays,
    hasWebhook: false,
    jobs: { find: async () => undefined },
    authorizer: { decide: async () => allowed },
    masterKey: new LocalKeyProvider([randomBytes(ROOT_BYTES)]),
    signer: async () => keySigner(privateKey),
    workFolder: mkdtempSync(join(folder, 'work-')),
    upstream: null,
    onFault: (error) => {
      throw error;
    },
    ...over,
  };
  const registry: Registry = { ...parts, contents: over.contents ?? openContents(parts) };
  const person = async (name: string): Promise<PrincipalRef> => ({
    kind: 'person',
    id: await addPerson(store, { name }),
  });
  const owner = await person('Owner');
  const facts = { name: project, description: '', classification: 'internal' } as const;
  const { value: projectId } = await store.change((change) => makeProject(change, facts, { by: owner, atMs: clock() }));
  return {
    registry,
    projectId,
    owner,
    person,
    end: async () => {
      await registry.contents.close();
      await blobs.close();
      await bus.close();
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
