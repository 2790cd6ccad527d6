import { setImmediate } from 'node:timers/promises';
import type { z } from 'zod';
import type { AdmissionDecision, dryRun, VersionState } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';
import { activePolicy } from './active-policy.ts';
import type { GivenWaiver } from './decide.ts';
import { decideSides, factsOfSides } from './decide-version.ts';
import { readAdmissionPolicy } from './policy.ts';
import type { AdmissionPolicy } from './policy-schema.ts';
import { givenWaiver } from './waivers-of.ts';

type DryRun = z.infer<typeof dryRun>;
type DryChange = DryRun['changes'][number];
type Outcome = AdmissionDecision['outcome'];

/** Models at once, with two versions at most; between them others have their turn. */
const MODELS_AT_ONCE = 50;
/** Changes that are listed, those of released versions first; all are counted. */
const MAX_CHANGES = 200;

/** What was decided about, and is not over. */
const decided: ReadonlySet<VersionState> = new Set(['released', 'review', 'denied']);

const outcomes: readonly Outcome[] = ['allow', 'review', 'deny'];

export interface DryRunOptions {
  readonly body: string;
  readonly nowMs: number;
}

/**
 * What a policy would decide otherwise than the one in force, about the newest version of every model and the one that is given out. Changes
 * nothing. @throws RegistryError `policy-invalid` where the one in force cannot be read.
 */
export async function tryAdmissionPolicy(read: Store['read'], { body, nowMs }: DryRunOptions): Promise<DryRun> {
  const { policy, problems } = readAdmissionPolicy(body);
  if (policy === null) return { versions: 0, problems, counts: [], changes: [], isCut: false };
  const active = await activePolicy(read);
  const tally = new Tally();
  const trial = { active: active.policy, tried: policy, policyVersion: active.version, nowMs };
  const waivers = await openWaivers(read, nowMs);
  for (let after = ''; ; ) {
    const models = await modelsAfter(read, after);
    for (const row of await rowsOf(read, models)) {
      decideBoth(row, { ...trial, waivers: waiversFor(waivers, row) }, tally);
    }
    const last = models.at(-1);
    if (models.length < MODELS_AT_ONCE || last === undefined) return tally.result();
    after = last.id;
    await setImmediate();
  }
}

type Model = Awaited<ReturnType<typeof modelsAfter>>[number];

/** Walks over models, of which each has two versions that count: to look for these among all versions would sort all of them for each batch. */
function modelsAfter(read: Store['read'], after: string) {
  return read
    .selectFrom('registry_models as models')
    .innerJoin('resources', 'resources.id', 'models.id')
    .select([
      'models.id',
      'models.name',
      'models.tags',
      'models.licence',
      'models.latest_version_id',
      'models.released_version_id',
      'resources.classification',
    ])
    .where('models.id', '>', after)
    .orderBy('models.id')
    .limit(MODELS_AT_ONCE)
    .execute();
}

type Row = Awaited<ReturnType<typeof rowsOf>>[number];

async function rowsOf(read: Store['read'], models: readonly Model[]) {
  const byId = new Map(models.map((model) => [model.id, model]));
  const ids = models.flatMap((model) => [model.latest_version_id, model.released_version_id]);
  const wanted = [...new Set(ids.filter((id) => id !== null))];
  if (wanted.length === 0) return [];
  const versions = await read
    .selectFrom('registry_versions')
    .select(['id', 'number', 'model_id', 'state', 'facts', 'release_facts'])
    .where('id', 'in', wanted)
    .execute();
  // Asked for in the statement, a database may look for the state first, which most have.
  return versions.flatMap((version) => {
    const model = byId.get(version.model_id);
    return model === undefined || !decided.has(version.state) ? [] : [{ ...version, model }];
  });
}

interface OpenWaiver extends GivenWaiver {
  readonly versionId: string | null;
}

async function openWaivers(read: Store['read'], nowMs: number): Promise<ReadonlyMap<string, readonly OpenWaiver[]>> {
  const rows = await read
    .selectFrom('registry_waivers')
    .selectAll()
    .where('ended_at', 'is', null)
    .where('expires_at', '>', nowMs)
    .orderBy('id')
    .execute();
  return Map.groupBy(
    rows.map((row) => ({ ...givenWaiver(row), versionId: row.version_id, modelId: row.model_id })),
    ({ modelId }) => modelId,
  );
}

function waiversFor(waivers: Awaited<ReturnType<typeof openWaivers>>, row: Row): readonly GivenWaiver[] {
  const ofModel = waivers.get(row.model_id) ?? [];
  return ofModel.filter(({ versionId }) => versionId === null || versionId === row.id);
}

interface Trial {
  readonly active: AdmissionPolicy;
  readonly tried: AdmissionPolicy;
  readonly policyVersion: number;
  readonly waivers: readonly GivenWaiver[];
  readonly nowMs: number;
}

function decideBoth(row: Row, { active, tried, policyVersion, ...options }: Trial, tally: Tally): void {
  const facts = factsOfSides(row, { ...row.model, tags: JSON.parse(row.model.tags) as string[] });
  if (facts === null) return;
  const from = decideSides({ ...options, policy: active, version: policyVersion, facts });
  const to = decideSides({ ...options, policy: tried, version: policyVersion + 1, facts });
  tally.add(row, from.decision, to.decision);
}

class Tally {
  #versions = 0;
  #changed = 0;
  readonly #before = { allow: 0, review: 0, deny: 0 };
  readonly #after = { allow: 0, review: 0, deny: 0 };
  /** Released ones that would be denied, then other released ones, then the rest. */
  readonly #changes: readonly DryChange[][] = [[], [], []];

  add(row: Row, from: AdmissionDecision, to: AdmissionDecision): void {
    this.#versions += 1;
    this.#before[from.outcome] += 1;
    this.#after[to.outcome] += 1;
    if (from.outcome === to.outcome && from.convert === to.convert) return;
    this.#changed += 1;
    const list = this.#changes[row.state === 'released' ? (to.outcome === 'deny' ? 0 : 1) : 2];
    if (list === undefined || list.length >= MAX_CHANGES) return;
    const { id, number, model_id: modelId, state } = row;
    const modelName = row.model.name;
    list.push({ version: { id, number, modelId, modelName, state }, from, to });
  }

  result(): DryRun {
    return {
      versions: this.#versions,
      problems: [],
      // oxlint-disable-next-line unicorn/no-thenable -- a number, and the name that the contract has for it
      counts: outcomes.map((outcome) => ({ outcome, before: this.#before[outcome], after: this.#after[outcome] })),
      changes: this.#changes.flat().slice(0, MAX_CHANGES),
      isCut: this.#changed > MAX_CHANGES,
    };
  }
}
