import { type AdmissionDecision, admissionDecision } from '../../contract/types/registry.ts';
import { decideVersion } from '../admission/decide-version.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';

/**
 * Nobody approves what he was not shown: the policy, a waiver, or what is said about the model may have changed since the version was decided
 * about. @throws RegistryError `not-as-shown`
 */
export function requireShown({ decision }: VersionRow, now: AdmissionDecision): void {
  const shown = decision === null ? [] : against(admissionDecision.parse(JSON.parse(decision)));
  const further = against(now).filter((reason) => !shown.includes(reason));
  if (further.length > 0) throw RegistryError.of('not-as-shown', further.join(', '));
}

/** Rules that ask for a person or more, and no waiver stands for. */
function against({ reasons }: AdmissionDecision): readonly string[] {
  const isAgainst = ({ effect, waiverId }: AdmissionDecision['reasons'][number]): boolean =>
    waiverId === null && (effect === 'deny' || effect === 'review');
  return reasons.filter(isAgainst).map(({ rule, effect }) => `${rule} (${effect})`);
}

/** From now on it is shown with what stands against it now. */
export async function showNow(
  { store, bus, clock }: Pick<Registry, 'store' | 'bus' | 'clock'>,
  versionId: string,
): Promise<void> {
  await store.change(async ({ sql, afterCommit }) => {
    const waiting = sql.selectFrom('registry_versions').selectAll().where('id', '=', versionId);
    const version = await waiting.where('state', '=', 'review').executeTakeFirst();
    const decided = version === undefined ? null : await decideVersion(sql, version, clock());
    if (version === undefined || decided === null) return;
    await sql
      .updateTable('registry_versions')
      .set({ decision: JSON.stringify(decided.decision) })
      .where('id', '=', versionId)
      .where('state', '=', 'review')
      .execute();
    afterCommit(() => bus.publish('models', version.model_id));
  });
}
