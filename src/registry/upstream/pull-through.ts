import { findProject, makeProject } from '../../access/grants/projects.ts';
import type { Caller } from '../../access/caller.ts';
import { AccessError } from '../../access/policies/errors.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import { importRequest } from '../../contract/types/registry.ts';
import { RegistryError } from '../errors.ts';
import { findModelByName, type RegistryModelRow } from '../models/find-model.ts';
import type { Registry, Upstream } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import { askedFor, ensureAsker } from './asked-for.ts';
import { beginImport } from './begin-import.ts';
import { bringForward } from './bring-forward.ts';
import { findImport, findReleasedImport, findReleasedRevision, hasOwnImport, hubSource } from './find-import.ts';
import { hubFaultOf } from './hub-fault.ts';
import { isNamed } from './is-named.ts';
import { SharedAnswers } from './shared-answers.ts';
import { versionOutcome } from './version-outcome.ts';
import { waitForVersion } from './wait-for-version.ts';
import { type Asked, type Lead, whereLeads, whereLed } from './where-leads.ts';
import { within } from './within.ts';

export type PullOutcome =
  /** The version with what was asked for can be had. */
  | { readonly kind: 'ready'; readonly versionId: string }
  | {
      readonly kind: 'wait';
      readonly retryAfterSeconds: number;
      /** What is done now, for the person who waits. */
      readonly message: string;
      /** From 0 to 1; null where it is not known. */
      readonly progress: number | null;
      /** Because the hub does not answer, and nothing of it is here. */
      readonly isHubDown?: boolean;
    }
  /** Plain words that a client may print. */
  | {
      readonly kind: 'refused';
      readonly reason: string;
      /** Which was decided against; absent where none came to be. */
      readonly versionId?: string;
    }
  /** Neither here from the hub nor on the hub, or not for this caller. */
  | { readonly kind: 'unknown' };

export interface PullRequest {
  readonly name: string;
  /** A branch, a tag or a commit, as the hub names it; or a revision of the registry's own. */
  readonly revision: string;
  /** Aborted when the caller goes away. */
  readonly signal: AbortSignal;
  readonly caller: Caller;
}

/** Where what is newest and vouched for is served while what is newer is not. */
const MAIN = 'main';
const COMMIT = /^[0-9a-f]{40}$/;
const RETRY_SECONDS = 30;
/** What failed or was given up is fetched again for whoever asks after this. */
const FAILED_MS = 15 * 60_000;
/** Why an import cannot begin is believed for so long. */
const FAULT_MS = 30_000;
const MAX_REMEMBERED = 1000;
/** So long a client waits for the hub to say where a branch leads; `within` adds a little. */
const MAX_ASK_MS = 3500;
const UNKNOWN: PullOutcome = { kind: 'unknown' };

type Settled = Registry & { readonly upstream: Upstream };

/** A request that may cause an import. */
interface Pull extends PullRequest {
  readonly principal: PrincipalRef;
  readonly projectId: string;
  readonly untilMs: number;
}

/**
 * Fetches what a client of the hub interface asks for and is not here yet, waits for the outcome, and says which version to serve. It is to be
 * asked for models that are here too: so a branch that moved on the hub is noticed. Of a model that is somebody's own, in another project
 * than the hub's or without a version from the hub's repository of that name, it says `unknown` without asking anybody: what is here by that name is never mixed with what the hub has.
 * To cause an import takes no more than the right to read models of the project: that the configuration has `pullThrough` is the permission.
 */
export async function pullThrough(registry: Registry, request: PullRequest): Promise<PullOutcome> {
  const { upstream, clock } = registry;
  if (upstream === null || !upstream.pullThrough) return UNKNOWN;
  const settled: Settled = { ...registry, upstream };
  const untilMs = clock() + upstream.waitSeconds * 1000;
  const { principal } = request.caller;
  if (principal === null || !isWellMade(request) || !isNamed(upstream.names, request.name)) return UNKNOWN;
  const projectId = await placeFor(settled, request);
  if (projectId === undefined) return UNKNOWN;
  const pull: Pull = { ...request, principal, projectId, untilMs };
  const outcome = await within({ untilMs, nowMs: clock(), signal: request.signal }, () => pullFrom(settled, pull));
  return outcome ?? waits('the hub is being asked', RETRY_SECONDS);
}

function isWellMade({ name, revision }: PullRequest): boolean {
  const { repository, revision: branch } = importRequest.shape;
  return repository.safeParse(name).success && branch.safeParse(revision).success && !/^\.{1,2}$/.test(revision);
}

/** The project of such models, if the caller may read there what he asks for. */
async function placeFor(registry: Settled, { name, caller }: PullRequest): Promise<string | undefined> {
  const { store, upstream, authorizer } = registry;
  const model = await findModelByName(store.read, name);
  const projectId = await findProject(store.read, upstream.project);
  const isElsewhere = model !== undefined && (model.project_id !== projectId || model.is_archived === 1);
  // What somebody made himself is his, also where models of the hub go.
  if (isElsewhere || (model !== undefined && !(await hasOwnImport(store.read, model)))) return undefined;
  const scope =
    model !== undefined
      ? ({ kind: 'model', id: model.id } as const)
      : projectId !== undefined
        ? ({ kind: 'project', id: projectId } as const)
        : ({ kind: 'server' } as const);
  const { allowed } = await authorizer.decide(caller, 'models.read', scope);
  if (!allowed) return undefined;
  return projectId ?? makeHubProject(registry);
}

async function makeHubProject({ store, upstream, clock }: Settled): Promise<string> {
  const facts = {
    name: upstream.project,
    description: `models from ${upstream.endpoint}`,
    classification: 'internal',
  } as const;
  try {
    const { value } = await store.change((change) => makeProject(change, facts, { by: null, atMs: clock() }));
    return value;
  } catch (error) {
    const other = await findProject(store.read, upstream.project);
    if (!(error instanceof AccessError) || other === undefined) throw error;
    return other;
  }
}

async function pullFrom(registry: Settled, pull: Pull): Promise<PullOutcome> {
  const model = await findModelByName(registry.store.read, pull.name);
  const here = await findCommit(registry, model, pull.revision);
  if (here?.state === 'released') return versionOutcome(registry, here);
  const asked = { repository: model?.name ?? pull.name, revision: pull.revision };
  const lead: Lead =
    here === undefined
      ? await leadInTime(registry, pull, asked)
      : { kind: 'there', name: asked.repository, commit: pull.revision };
  if (lead.kind === 'there' && !isNamed(registry.upstream.names, lead.name)) {
    return { kind: 'refused', reason: `on the hub it is ${lead.name} now, which may not be fetched` };
  }
  const led = await whereLed(registry, asked);
  const known = await findCommit(registry, model, lead.kind === 'there' ? lead.commit : led[0]);
  if (known !== undefined) await noteWanted(registry, pull, { lead, known });
  if (known?.state === 'released') return versionOutcome(registry, known);
  return pullNew(registry, pull, { repository: asked.repository, lead, led, known, model });
}

/** What `main` leads to is for everybody; and whoever asks before it is decided about is one of those who want it. */
async function noteWanted(
  registry: Settled,
  { revision, principal }: Pull,
  { lead, known }: { readonly lead: Lead; readonly known: VersionRow },
): Promise<void> {
  if (revision === MAIN && lead.kind === 'there') await bringForward(registry, known, null);
  await askedFor(registry, known, { principal, isImport: false });
}

/** A hub that takes too long is as good as one that is down: clients shall have what is here. */
async function leadInTime(registry: Settled, { untilMs, signal }: Pull, asked: Asked): Promise<Lead> {
  const nowMs = registry.clock();
  const bounds = { untilMs: Math.min(nowMs + MAX_ASK_MS, nowMs + (untilMs - nowMs) / 2), nowMs, signal };
  const late: Lead = { kind: 'down', reason: 'the hub takes long to answer', retryAfterSeconds: undefined };
  return (await within(bounds, () => whereLeads(registry, asked))) ?? late;
}

/** A commit of the hub, or a revision of the registry's own: neither changes, so nobody has to be asked about one that is here. */
async function findCommit(
  { store, upstream: { endpoint } }: Settled,
  model: RegistryModelRow | undefined,
  commit: string | undefined,
): Promise<VersionRow | undefined> {
  if (model === undefined || commit === undefined || !COMMIT.test(commit)) return undefined;
  const source = hubSource({ endpoint, repository: model.name, revision: commit });
  return (await findReleasedRevision(store.read, model.id, commit)) ?? findImport(store.read, model.id, source);
}

interface NotReleased {
  readonly repository: string;
  readonly lead: Lead;
  /** Where it led whenever the hub answered. */
  readonly led: readonly string[];
  /** The version of the commit. */
  readonly known: VersionRow | undefined;
  readonly model: RegistryModelRow | undefined;
}

/** What was asked for is not released. Of `main`, what was released of it before is served meanwhile; of other branches, nothing. */
async function pullNew(
  registry: Settled,
  pull: Pull,
  { repository, lead, led, known, model }: NotReleased,
): Promise<PullOutcome> {
  const { store, upstream, onFault } = registry;
  const last =
    model === undefined || pull.revision !== MAIN
      ? undefined
      : await findReleasedImport(store.read, model.id, { endpoint: upstream.endpoint, repository, commits: led });
  if (lead.kind !== 'there') {
    const served = last ?? known;
    return served === undefined ? outcomeOfLead(lead) : versionOutcome(registry, served);
  }
  const beginning = beginShared(registry, pull, { repository, commit: lead.commit, known });
  if (last !== undefined) {
    beginning.catch(onFault);
    return versionOutcome(registry, last);
  }
  try {
    const versionId = await beginning;
    return await versionOutcome(registry, await waitForVersion(registry, { ...pull, versionId }));
  } catch (error) {
    return outcomeOfError(error);
  }
}

interface Target {
  readonly repository: string;
  readonly commit: string;
  readonly known: VersionRow | undefined;
}

const begun = new WeakMap<Upstream, SharedAnswers<string>>();

/** Many who ask for the same commit begin one import. */
async function beginShared(registry: Settled, pull: Pull, { repository, commit, known }: Target): Promise<string> {
  if (known !== undefined && !(await isToBeginAnew(registry, known))) return known.id;
  const { upstream, clock } = registry;
  const answers = begun.get(upstream) ?? new SharedAnswers<string>(MAX_REMEMBERED);
  begun.set(upstream, answers);
  const { name, projectId, principal } = pull;
  const isAside = pull.revision !== MAIN;
  // Others may wait for it when this caller has left.
  const { signal } = new AbortController();
  const importing = { repository, commit, name, projectId, by: null, requestedBy: principal, isAside, signal };
  const versionId = await answers.get({
    key: `${name}@${commit} ${isAside ? 'aside' : ''}`,
    ask: () => beginImport(registry, importing),
    clock,
    keepMs: (answer) => (answer.status === 'rejected' && !isFull(answer.reason) ? FAULT_MS : 0),
  });
  // It was begun for whoever came first; all who asked before it was there want it.
  await ensureAsker(registry, versionId, principal);
  return versionId;
}

const isFull = (error: unknown): boolean => error instanceof RegistryError && error.code === 'imports-full';

/** What failed or was given up comes again after a while; what lost its job, at once. */
async function isToBeginAnew({ store, jobs, clock }: Settled, version: VersionRow): Promise<boolean> {
  const { state, job_id: jobId, model_id: modelId } = version;
  const job = jobId === null ? undefined : await jobs.find(jobId);
  if (state === 'uploading') return job?.state !== 'waiting' && job?.state !== 'running';
  if (state !== 'failed' && state !== 'abandoned') return false;
  if (typeof job?.endedAt === 'number') return clock() - job.endedAt > FAILED_MS;
  const model = store.read.selectFrom('registry_models').select('changed_at').where('id', '=', modelId);
  return clock() - ((await model.executeTakeFirst())?.changed_at ?? 0) > FAILED_MS;
}

function outcomeOfLead(lead: Exclude<Lead, { kind: 'there' }>): PullOutcome {
  if (lead.kind === 'refused') return UNKNOWN;
  return { ...waits(lead.reason, lead.retryAfterSeconds ?? RETRY_SECONDS), isHubDown: true };
}

function outcomeOfError(error: unknown): PullOutcome {
  if (!(error instanceof RegistryError)) throw error;
  const fault = hubFaultOf(error);
  if (fault?.kind === 'down') return waits(error.message, fault.retryAfterSeconds ?? RETRY_SECONDS);
  if (error.code === 'imports-full' || error.code === 'no-room') return waits(error.message, RETRY_SECONDS);
  if (error.code === 'model-name-taken' || error.code === 'model-archived') return UNKNOWN;
  return { kind: 'refused', reason: error.message };
}

function waits(message: string, retryAfterSeconds: number): PullOutcome & { readonly kind: 'wait' } {
  return {
    kind: 'wait',
    retryAfterSeconds,
    message: `${message}; ask again in ${retryAfterSeconds} s`,
    progress: null,
  };
}
