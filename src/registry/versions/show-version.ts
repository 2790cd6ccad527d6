import type { z } from 'zod';
import { findPrincipals, type KnownPrincipal, named } from '../../access/grants/principals.ts';
import type { PrincipalRef } from '../../contract/types/common.ts';
import { admissionDecision, type modelVersion, versionSource } from '../../contract/types/registry.ts';
import { timeText, timeTextOrNull } from '../../contract/time-text.ts';
import { readFacts } from '../admission/read-facts.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { firstAskersOf } from './askers.ts';
import type { VersionRow } from './move-version.ts';

export type ModelVersion = z.infer<typeof modelVersion>;

type Reading = Pick<Registry, 'store' | 'jobs'>;

/** Ids in one statement. */
const MAX_IN_STATEMENT = 500;
/** Of those who asked for a version, so many are named. */
const MAX_ASKERS = 20;

/** @throws RegistryError `version-unknown`. */
export async function showVersion(registry: Reading, versionId: string): Promise<ModelVersion> {
  const row = await registry.store.read
    .selectFrom('registry_versions')
    .selectAll()
    .where('id', '=', versionId)
    .executeTakeFirst();
  const [shown] = row === undefined ? [] : await showVersions(registry, [row]);
  if (shown === undefined) throw RegistryError.of('version-unknown', versionId);
  return shown;
}

/** Versions as the wire has them, with names of people and models, in the same order. */
export async function showVersions(registry: Reading, rows: readonly VersionRow[]): Promise<ModelVersion[]> {
  const askers = await firstAskersOf(
    registry.store.read,
    rows.map(({ id }) => id),
    MAX_ASKERS,
  );
  const refs = rows.flatMap((row) => [madeBy(row) ?? [], recalledBy(row) ?? [], askers.get(row.id) ?? []].flat());
  const principals = await findPrincipals(registry.store.read, refs);
  const names = await modelNames(
    registry,
    rows.map(({ model_id: modelId }) => modelId),
  );
  return Promise.all(
    rows.map(async (row) => ({
      ...factsOf(row),
      modelName: names.get(row.model_id) ?? row.model_id,
      createdBy: shownPrincipal(principals, madeBy(row)),
      askedBy: (askers.get(row.id) ?? []).map((ref) => named(principals, ref)),
      progress: await progressOf(registry, row),
      recall:
        row.recalled_at === null
          ? null
          : {
              at: timeText(row.recalled_at),
              by: shownPrincipal(principals, recalledBy(row)),
              reason: row.recall_reason ?? '',
            },
    })),
  );
}

type Facts = Omit<ModelVersion, 'modelName' | 'createdBy' | 'askedBy' | 'progress' | 'recall'>;

function factsOf(row: VersionRow): Facts {
  const facts = readFacts(row.facts);
  return {
    id: row.id,
    modelId: row.model_id,
    number: row.number,
    revision: row.revision,
    state: row.state,
    stage: row.stage,
    message: row.message,
    source: versionSource.parse(JSON.parse(row.source)),
    createdAt: timeText(row.created_at),
    files: row.file_count,
    bytes: row.byte_count,
    verdict: row.verdict,
    decision: row.decision === null ? null : admissionDecision.parse(JSON.parse(row.decision)),
    licences: [...new Set((facts?.licences?.items ?? []).map(({ name }) => name))],
    formats: (facts?.formats?.items ?? []).map(({ id }) => id),
    rootDigest: row.root_digest,
    step: row.step,
    failure: row.failure,
    examinedAt: timeTextOrNull(row.examined_at),
    examinedWith: row.examined_with,
    releasedAt: timeTextOrNull(row.released_at),
  };
}

async function modelNames({ store }: Reading, modelIds: readonly string[]): Promise<ReadonlyMap<string, string>> {
  const ids = [...new Set(modelIds)];
  const names = new Map<string, string>();
  for (let from = 0; from < ids.length; from += MAX_IN_STATEMENT) {
    const found = await store.read
      .selectFrom('registry_models')
      .select(['id', 'name'])
      .where('id', 'in', ids.slice(from, from + MAX_IN_STATEMENT))
      .execute();
    for (const { id, name } of found) names.set(id, name);
  }
  return names;
}

/** Only of a version that is being worked on. */
async function progressOf({ jobs }: Reading, { state, job_id: jobId }: VersionRow): Promise<number | null> {
  if ((state !== 'uploading' && state !== 'examining' && state !== 'releasing') || jobId === null) return null;
  return (await jobs.find(jobId))?.progress ?? null;
}

function madeBy(row: VersionRow): PrincipalRef | null {
  return refOf(row.created_by_kind, row.created_by_id);
}

function recalledBy(row: VersionRow): PrincipalRef | null {
  return refOf(row.recalled_by_kind, row.recalled_by_id);
}

function refOf(kind: PrincipalRef['kind'] | null, id: string | null): PrincipalRef | null {
  return kind === null || id === null ? null : { kind, id };
}

function shownPrincipal(
  principals: ReadonlyMap<string, KnownPrincipal>,
  ref: PrincipalRef | null,
): ModelVersion['createdBy'] {
  return ref === null ? null : named(principals, ref);
}
