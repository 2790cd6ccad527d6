import { createHash } from 'node:crypto';
import { buffer } from 'node:stream/consumers';
import type { VersionState } from '../../src/contract/types/registry.ts';
import { storeContent } from '../../src/registry/contents/store-content.ts';
import { sealVersion, writeSealed } from '../../src/registry/contents/seal-version.ts';
import { makeModel } from '../../src/registry/models/make-model.ts';
import type { Registry } from '../../src/registry/registry.ts';
import { declareVersion } from '../../src/registry/versions/declare-version.ts';
import { moveVersion } from '../../src/registry/versions/move-version.ts';
import type { TestRegistry } from './fixture.ts';

export type Files = Readonly<Record<string, Uint8Array>>;

const never = new AbortController().signal;

export const digestOf = (content: Uint8Array): string => `sha256:${createHash('sha256').update(content).digest('hex')}`;

export async function* inPieces(content: Uint8Array, pieceBytes = 100_000): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < content.length; at += pieceBytes) yield content.subarray(at, at + pieceBytes);
}

export const allOf = (pieces: AsyncIterable<Uint8Array>): Promise<Buffer> => buffer(pieces);

/** Makes a model with a version whose contents have arrived, plain, on both sides; it is on its way to be released. */
export async function versionWith(
  test: Pick<TestRegistry, 'registry' | 'owner' | 'projectId'>,
  files: Files,
  { name = 'acme/one', registry = test.registry }: { readonly name?: string; readonly registry?: Registry } = {},
): Promise<string> {
  const { store } = registry;
  const by = test.owner;
  const atMs = registry.clock();
  const known = await store.read.selectFrom('registry_models').select('id').where('name', '=', name).executeTakeFirst();
  const facts = { name, projectId: test.projectId, description: '', tags: [], licence: null };
  const modelId = known?.id ?? (await store.change((change) => makeModel(change, { ...facts, by, atMs }))).value;
  const declared = Object.entries(files).map(([path, content]) => ({ path, bytes: content.length }));
  const { value: versionId } = await store.change((change) =>
    declareVersion(change, registry, { modelId, files: declared, message: '', source: { kind: 'upload' }, by, atMs }),
  );
  for (const [path, content] of Object.entries(files)) {
    const { digest, bytes } = await storeContent(registry, inPieces(content), { maxBytes: content.length });
    await store.change(async ({ sql }) => {
      const rows = { version_id: versionId, path, bytes, digest };
      await sql
        .updateTable('registry_files')
        .set({ digest })
        .where('version_id', '=', versionId)
        .where('path', '=', path)
        .execute();
      await sql
        .insertInto('registry_files')
        .values({ ...rows, side: 'release' })
        .execute();
    });
  }
  await move(registry, versionId, 'examining');
  await move(registry, versionId, 'releasing');
  return versionId;
}

export async function move(registry: Registry, versionId: string, to: VersionState): Promise<void> {
  const request = { versionId, to, by: null, atMs: registry.clock() };
  await registry.store.change((change) => moveVersion(change, registry.bus, request));
}

export async function release(registry: Registry, versionId: string): Promise<void> {
  const sealed = await sealVersion(registry, { versionId, signal: never });
  await registry.store.change(async (change) => {
    await writeSealed(change, sealed);
    await moveVersion(change, registry.bus, { versionId, to: 'released', by: null, atMs: registry.clock() });
  });
}

export async function contentRow(registry: Registry, content: Uint8Array) {
  return registry.store.read
    .selectFrom('registry_contents')
    .selectAll()
    .where('digest', '=', digestOf(content))
    .executeTakeFirst();
}

/** Blobs whose methods can be spread over. */
export function bound(blobs: Registry['blobs']): Registry['blobs'] {
  return {
    column: blobs.column,
    put: (...args) => blobs.put(...args),
    stat: (...args) => blobs.stat(...args),
    read: (...args) => blobs.read(...args),
    remove: (...args) => blobs.remove(...args),
    list: () => blobs.list(),
    areHeld: async () => (await blobs.areHeld?.()) === true,
    sweep: (...args) => blobs.sweep(...args),
    probe: () => blobs.probe(),
    close: () => blobs.close(),
  };
}

/** A registry that stops for something before each change and each put of its work, and right after it. */
export function atEachStep(registry: Registry, step: () => Promise<unknown>): Registry {
  const { store, blobs } = registry;
  const between = async <T>(work: () => Promise<T>): Promise<T> => {
    await step();
    const value = await work();
    await step();
    return value;
  };
  return {
    ...registry,
    store: {
      dialect: store.dialect,
      read: store.read,
      ledger: store.ledger,
      close: () => store.close(),
      change: (run) => between(() => store.change(run)),
    },
    blobs: { ...bound(blobs), put: (...args) => between(() => blobs.put(...args)) },
  };
}
