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

/** Clients give up a HEAD after 10 s, and then tell of a connection that is down. */
const MAX_WAIT_MS = 8000;
const RETRY_SECONDS = 10;

const SERVER: Scope = { kind: 'server' };

/**
 * A released version of a model that the caller may read; fetched from the hub behind where it is not here and that is wanted.
 * @throws HubError for everything else. What the caller may not see looks as if it were not there.
 */
export async function openRepository(
  call: HubCall,
  wanted: { readonly name: string; readonly revision: string },
): Promise<Repository> {
  const { registry } = call;
  const model = await findReadable(call, wanted.name);
  if (model === undefined) {
    const pulled = await pull(call, wanted);
    if (pulled !== undefined) return pulled;
    await checkMay(call, SERVER);
    throw HubError.of('hub-repository-unknown');
  }
  try {
    return { model, version: await findRevision(registry.store.read, model, wanted.revision) };
  } catch (error) {
    if (!(error instanceof HubError) || error.code !== 'hub-revision-unknown') throw error;
    const pulled = await pull(call, { name: model.name, revision: wanted.revision });
    if (pulled === undefined) throw error;
    return pulled;
  }
}

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

/** What the hub behind has of it, once it was admitted; undefined where it has nothing either. */
async function pull(
  call: HubCall,
  wanted: { readonly name: string; readonly revision: string },
): Promise<Repository | undefined> {
  const { registry } = call;
  if (registry.upstream?.pullThrough !== true) return undefined;
  const outcome = await outcomeInTime(call, wanted);
  if (outcome.kind === 'unknown') return undefined;
  if (outcome.kind === 'refused') throw HubError.of('hub-upstream-refused', outcome.reason);
  if (outcome.kind === 'wait') throw waiting(wanted.name, outcome);
  const row = await registry.store.read
    .selectFrom('registry_versions')
    .innerJoin('registry_models', 'registry_models.id', 'registry_versions.model_id')
    .select(['registry_models.name as name', 'registry_versions.number as number'])
    .where('registry_versions.id', '=', outcome.versionId)
    .executeTakeFirst();
  const model = row === undefined ? undefined : await findReadable(call, row.name);
  if (row === undefined || model === undefined) return undefined;
  return { model, version: await findRevision(registry.store.read, model, `v${row.number}`) };
}

async function outcomeInTime(
  { registry, caller, signal }: HubCall,
  wanted: { readonly name: string; readonly revision: string },
): Promise<PullOutcome> {
  const late = new AbortController();
  const timeUp = new Promise<PullOutcome>((resolve) => {
    const message = 'it is being fetched and examined';
    const timer = setTimeout(
      () => resolve({ kind: 'wait', retryAfterSeconds: RETRY_SECONDS, message, progress: null }),
      MAX_WAIT_MS,
    );
    late.signal.addEventListener('abort', () => clearTimeout(timer), { once: true });
  });
  try {
    const pulled = pullThrough(registry, { ...wanted, caller, signal: AbortSignal.any([signal, late.signal]) });
    pulled.catch(() => undefined);
    return await Promise.race([pulled, timeUp]);
  } finally {
    late.abort();
  }
}

function waiting(name: string, { message, progress, retryAfterSeconds }: PullOutcome & { kind: 'wait' }): HubError {
  const share = progress === null ? '' : ` (${Math.floor(progress * 100)} %)`;
  return HubError.of('hub-wait', `${name}: ${message}${share}; try again in ${retryAfterSeconds} s`, {
    retryAfterSeconds,
  });
}
