import type { Caller } from '../../access/caller.ts';
import type { AccessDecision } from '../../access/decision.ts';
import type { Scope } from '../../contract/types/common.ts';
import { findModelByName, type RegistryModelRow } from '../models/find-model.ts';
import type { Registry } from '../registry.ts';
import { pullThrough, type PullOutcome } from '../upstream/pull-through.ts';
import { DEFAULT_REVISION, isModelName } from './address.ts';
import { HubError } from './errors.ts';
import { findRevision, type Naming, namingOf, type ReleasedRow } from './find-revision.ts';

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
  const naming = model === undefined ? 'hub' : await namingOf(call.registry, model, wanted.revision);
  const asked = { ...wanted, model, naming };
  const pulled = naming === 'here' ? undefined : await pull(call, asked);
  const found = pulled ?? (await findHere(call, asked));
  return { ...found, version: underName(found.version, wanted.revision) };
}

interface Wanted {
  readonly name: string;
  /** As `parseModelAddress` reads it. */
  readonly revision: string;
}

interface Asked extends Wanted {
  /** What is here of it. */
  readonly model: RegistryModelRow | undefined;
  readonly naming: Naming;
}

async function findHere(call: HubCall, { revision, model, naming }: Asked): Promise<Repository> {
  if (model !== undefined) {
    const version = await findRevision(call.registry.store.read, model, revision);
    if (naming === 'hub') throw onlyNumber(model, version);
    return { model, version };
  }
  throw await unknown(call);
}

/** What somebody reads as a number here is the name of a tag to clients of the hub. */
const onlyNumber = ({ name }: RegistryModelRow, { number, revision }: ReleasedRow): HubError =>
  HubError.of(
    'hub-revision-unknown',
    `the hub has no v${number} of ${name}; version ${number} here is the revision ${revision}`,
  );

/** Clients keep what they get under the commit that they asked for, which may be one of the hub behind. */
const underName = (version: ReleasedRow, revision: string): ReleasedRow =>
  /^[0-9a-f]{40}$/.test(revision) ? { ...version, revision } : version;

/** A model that the caller may read: one that is here, whatever its versions are, or one of which the hub behind has a `main` that was admitted. */
export async function openModel(call: HubCall, name: string): Promise<RegistryModelRow> {
  const model = await findReadable(call, name);
  return model ?? (await openRepository(call, { name, revision: DEFAULT_REVISION })).model;
}

/** A model that is here, if the caller may read it, whatever its versions are: nothing is fetched. @throws HubError `hub-repository-unknown` */
export async function openModelHere(call: HubCall, name: string): Promise<RegistryModelRow> {
  const model = await findReadable(call, name);
  if (model === undefined) throw await unknown(call);
  return model;
}

async function unknown(call: HubCall): Promise<HubError> {
  await checkMay(call, SERVER);
  return HubError.of('hub-repository-unknown');
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
async function pull(call: HubCall, { name, revision, model: known, naming }: Asked): Promise<Repository | undefined> {
  const { registry, caller, signal } = call;
  const outcome = await pullThrough(registry, { name: known?.name ?? name, revision, caller, signal });
  if (outcome.kind === 'unknown') return undefined;
  if (outcome.kind === 'wait') {
    const isHere =
      naming === 'either' && outcome.isHubDown === true && (await isReleasedHere(registry, known, revision));
    if (isHere) return undefined;
    throw waiting(name, outcome);
  }
  if (outcome.kind === 'refused') {
    await checkRecalled(registry, known, outcome.versionId);
    throw HubError.of('hub-upstream-refused', `${name}: ${outcome.reason}`);
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
  registry: Registry,
  model: RegistryModelRow | undefined,
  versionId: string | undefined,
): Promise<void> {
  const version = versionId === undefined ? undefined : await readVersion(registry, versionId);
  if (model === undefined || version?.state !== 'recalled') return;
  await findRevision(registry.store.read, model, `v${version.number}`);
}

function waiting(name: string, { message, progress, retryAfterSeconds }: PullOutcome & { kind: 'wait' }): HubError {
  const share = progress === null ? '' : ` (${Math.floor(progress * 100)} %)`;
  return HubError.of('hub-wait', `${name}: ${message}${share}`, { retryAfterSeconds });
}
