import type { Caller } from '../../access/caller.ts';
import type { AccessDecision } from '../../access/decision.ts';
import type { Scope } from '../../contract/types/common.ts';
import { findModelByName, type RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { pullThrough, type PullOutcome } from '../upstream/pull-through.ts';
import { isModelName } from './address.ts';
import { HubError } from './errors.ts';
import { findRevision, type ReleasedRow } from './find-revision.ts';

/** Who asks, and what is told of a refusal. */
export interface HubCall {
  readonly registry: Registry;
  readonly caller: Caller;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly refused: (refusal: {
    readonly caller: Caller;
    readonly action: 'models.read';
    readonly scope: Scope;
    readonly decision: AccessDecision;
  }) => Promise<void>;
}

export interface Repository {
  readonly model: RegistryModelRow;
  readonly version: ReleasedRow;
}

const SERVER: Scope = { kind: 'server' };

/**
 * A released version of a model that the caller may read; fetched from the hub behind where that is wanted, which also knows of models that are
 * here whether they changed there.
 * @throws HubError for everything else. What the caller may not see looks as if it were not there.
 */
export async function openRepository(call: HubCall, wanted: Wanted): Promise<Repository> {
  const model = await findReadable(call, wanted.name);
  const found = (await pull(call, wanted, model)) ?? (await findHere(call, wanted, model));
  return { ...found, version: underName(found.version, wanted.revision) };
}

interface Wanted {
  readonly name: string;
  readonly revision: string;
}

async function findHere(call: HubCall, { revision }: Wanted, model: RegistryModelRow | undefined): Promise<Repository> {
  if (model !== undefined) return { model, version: await findRevision(call.registry.store.read, model, revision) };
  await checkMay(call, SERVER);
  throw HubError.of('hub-repository-unknown');
}

/** Clients keep what they get under the commit that they asked for, which may be one of the hub behind. */
const underName = (version: ReleasedRow, revision: string): ReleasedRow =>
  /^[0-9a-f]{40}$/.test(revision) ? { ...version, revision } : version;

/** A model that is here, if the caller may read it, whatever its versions are. @throws HubError `hub-repository-unknown` */
export async function openModel(call: HubCall, name: string): Promise<RegistryModelRow> {
  const model = await findReadable(call, name);
  if (model !== undefined) return model;
  await checkMay(call, SERVER);
  throw HubError.of('hub-repository-unknown');
}

/** Undefined where there is none. @throws HubError where the caller may not read it */
async function findReadable(call: HubCall, name: string): Promise<RegistryModelRow | undefined> {
  if (!isModelName(name)) throw HubError.of('hub-repository-unknown');
  const model = await findModelByName(call.registry.store.read, name);
  if (model !== undefined) await checkMay(call, { kind: 'model', id: model.id });
  return model;
}

/** Of what is not there, everybody hears the same as of what he may not see. */
async function checkMay({ registry, caller, refused }: HubCall, scope: Scope): Promise<void> {
  const action = 'models.read';
  const decision = await registry.authorizer.decide(caller, action, scope);
  if (decision.allowed) return;
  await refused({ caller, action, scope, decision });
  throw HubError.of('hub-repository-unknown');
}

/** What the hub behind has of it, once it was admitted; undefined where it has nothing to do with it. */
async function pull(
  call: HubCall,
  wanted: Wanted,
  known: RegistryModelRow | undefined,
): Promise<Repository | undefined> {
  const { registry, caller, signal } = call;
  const { revision } = wanted;
  const outcome = await pullThrough(registry, { name: known?.name ?? wanted.name, revision, caller, signal });
  if (outcome.kind === 'unknown') return undefined;
  if (outcome.kind === 'wait') {
    if (outcome.isHubDown === true && (await isReleasedHere(registry, known, revision))) return undefined;
    throw waiting(wanted.name, outcome);
  }
  if (outcome.kind === 'refused') {
    await checkRecalled(registry, known, revision);
    throw HubError.of('hub-upstream-refused', `${wanted.name}: ${outcome.reason}`);
  }
  const version = await readVersion(registry, outcome.versionId);
  const model = version === undefined ? undefined : await findById(call, version.model_id);
  if (version === undefined || model === undefined) return undefined;
  return { model, version: await findRevision(registry.store.read, model, `v${version.number}`) };
}

/** What the hub never told of may still be a number or a stage of here; a recall is told as one. */
async function isReleasedHere(
  { store }: Registry,
  model: RegistryModelRow | undefined,
  revision: string,
): Promise<boolean> {
  if (model === undefined) return false;
  try {
    await findRevision(store.read, model, revision);
    return true;
  } catch (error) {
    if (error instanceof HubError) return error.code === 'hub-recalled';
    throw error;
  }
}

function readVersion({ store }: Registry, id: string) {
  return store.read.selectFrom('registry_versions').selectAll().where('id', '=', id).executeTakeFirst();
}

/** The caller may have got the right to it, or lost it, while it was fetched. */
async function findById(call: HubCall, id: string): Promise<RegistryModelRow | undefined> {
  await checkMay(call, { kind: 'model', id });
  return call.registry.store.read.selectFrom('registry_models').selectAll().where('id', '=', id).executeTakeFirst();
}

/** A recall is told as one: of anything else clients take what they have in their cache. */
async function checkRecalled(
  { store }: Registry,
  model: RegistryModelRow | undefined,
  revision: string,
): Promise<void> {
  if (model === undefined) return;
  const imported = await store.read
    .selectFrom('registry_versions')
    .select('number')
    .where('model_id', '=', model.id)
    .where('state', '=', 'recalled')
    .where('source', 'like', `%"revision":"${/^[0-9a-f]{40}$/.test(revision) ? revision : '-'}"%`)
    .executeTakeFirst();
  const asked = imported === undefined ? revision : `v${imported.number}`;
  await findRevision(store.read, model, asked).catch((error: unknown) => {
    if (error instanceof HubError && error.code === 'hub-recalled') throw error;
  });
}

function waiting(name: string, { message, progress, retryAfterSeconds }: PullOutcome & { kind: 'wait' }): HubError {
  const share = progress === null ? '' : ` (${Math.floor(progress * 100)} %)`;
  return HubError.of('hub-wait', `${name}: ${message}${share}`, { retryAfterSeconds });
}
