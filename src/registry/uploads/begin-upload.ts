import type { PrincipalRef } from '../../contract/types/common.ts';
import type { Change } from '../../store/store.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import { type DeclaredFile, declareVersion } from '../versions/declare-version.ts';

interface Begun {
  readonly modelId: string;
  readonly files: readonly DeclaredFile[];
  readonly message: string;
  readonly by: PrincipalRef;
  readonly atMs: number;
}

/**
 * Makes a version whose files are going to be uploaded. What never ends costs rows and contents, so nobody has more than so many at once.
 * @returns its id
 * @throws RegistryError `uploads-full`, and what `declareVersion` throws
 */
export async function beginUpload(
  change: Change,
  registry: Pick<Registry, 'bus' | 'limits'>,
  begun: Begun,
): Promise<string> {
  const { maxUploadsPerPrincipal: most } = registry.limits;
  const open = await countOpen(change, begun.by);
  if (open >= most) throw RegistryError.of('uploads-full', `${open} are open, at most ${most} may be`);
  return declareVersion(change, registry, { ...begun, source: { kind: 'upload' } });
}

/** By the index `registry_versions_maker`. What a hub sends has limits of its own, and no parts. */
async function countOpen({ sql }: Change, { kind, id }: PrincipalRef): Promise<number> {
  const { open } = await sql
    .selectFrom('registry_versions')
    .select(({ fn }) => fn.countAll<number>().as('open'))
    .where('created_by_id', '=', id)
    .where('state', '=', 'uploading')
    .where('created_by_kind', '=', kind)
    .where('part_bytes', 'is not', null)
    .executeTakeFirstOrThrow();
  return open;
}
