import type { z } from 'zod';
import type { PrincipalRef } from '../../contract/types/common.ts';
import type { stage as stageSchema } from '../../contract/types/registry.ts';
import type { Bus } from '../../store/bus/bus.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';

interface Staging {
  readonly versionId: string;
  readonly stage: z.infer<typeof stageSchema>;
  readonly reason: string;
  readonly by: PrincipalRef;
  readonly atMs: number;
}

/** Says what a released version is used for. @throws RegistryError `version-unknown`, `version-state`. */
export async function setStage(
  change: Change,
  bus: Bus,
  { versionId, stage, reason, by, atMs }: Staging,
): Promise<void> {
  const { sql } = change;
  const before = await sql
    .selectFrom('registry_versions')
    .select(['state', 'stage', 'number', 'model_id'])
    .where('id', '=', versionId)
    .executeTakeFirst();
  if (before === undefined) throw RegistryError.of('version-unknown', versionId);
  const moved = await sql
    .updateTable('registry_versions')
    .set({ stage })
    .where('id', '=', versionId)
    // Not one that is recalled at the same time.
    .where('state', '=', 'released')
    .returning('id')
    .executeTakeFirst();
  if (moved === undefined) throw RegistryError.of('version-state', `it is ${before.state}, not released`);
  if (before.stage === stage) return;
  await sql.updateTable('registry_models').set({ changed_at: atMs }).where('id', '=', before.model_id).execute();
  change.record({
    class: 'application-lifecycle',
    activity: 'model.stage',
    actor: by,
    object: { kind: 'version', id: versionId },
    outcome: 'success',
    severity: stage === 'production' ? 'low' : 'informational',
    data: { model: before.model_id, number: before.number, from: before.stage, to: stage },
    // What people write may name people.
    ...(reason === '' ? {} : { personal: { reason } }),
  });
  change.afterCommit(() => bus.publish('models', before.model_id));
}
