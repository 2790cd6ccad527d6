import type { Client } from '../../contract/client.ts';
import { stage } from '../../contract/types/registry.ts';
import { RemoteError } from '../registry/errors.ts';
import { requireModel, type Model } from '../registry/find-model.ts';
import type { Version } from '../registry/follow-version.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import { versionLines } from '../registry/version-text.ts';
import { UsageError } from '../usage-error.ts';

interface Reference {
  readonly name: string;
  readonly is: (version: Version) => boolean;
}

const NUMBER = /^[1-9]\d{0,8}$/;
const REVISION = /^[0-9a-f]{7,40}$/;

/** NAME, NAME@3, NAME@1f0c9e2… or NAME@production. @throws UsageError */
export function parseReference(text: string): Reference & { readonly wanted: string | null } {
  const at = text.lastIndexOf('@');
  if (at < 0) return { name: text, wanted: null, is: ({ state }) => state === 'released' };
  const name = text.slice(0, at);
  const wanted = text.slice(at + 1);
  if (NUMBER.test(wanted)) return { name, wanted, is: ({ number }) => String(number) === wanted };
  if (REVISION.test(wanted)) return { name, wanted, is: ({ revision }) => revision?.startsWith(wanted) === true };
  const known = stage.safeParse(wanted);
  if (!known.success || known.data === 'none') {
    throw UsageError.of(`expected a number, a revision or a stage after @, found ${wanted}`);
  }
  return { name, wanted, is: (version) => version.state === 'released' && version.stage === known.data };
}

const PAGE = 100;
/** Versions that are looked through. */
const MAX_PAGES = 100;

/** The newest version that is meant, which can be had. @throws UsageError, RemoteError `model-unknown`, `not-released` */
export async function chooseVersion(client: Client, reference: string, how: Retrying): Promise<Version> {
  const { name, wanted, is } = parseReference(reference);
  const model = await requireModel(client, name, how);
  const version = await findVersion(client, model, { is, how });
  if (version === undefined) throw RemoteError.of('not-released', await whyNone(client, { model, wanted }, how));
  if (version.state !== 'released') throw RemoteError.of('not-released', versionLines(version).join('\n'));
  return version;
}

async function findVersion(
  client: Client,
  { id: modelId }: Model,
  { is, how }: { readonly is: Reference['is']; readonly how: Retrying },
): Promise<Version | undefined> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await retrying(how, () =>
      client.versions.list({ params: { modelId }, query }, { signal: how.signal }),
    );
    const found = items.find(is);
    if (found !== undefined || next === null) return found;
    cursor = next;
  }
  return undefined;
}

/** Of a model of which nothing was found, what the newest version is waiting for. */
async function whyNone(
  client: Client,
  { model, wanted }: { readonly model: Model; readonly wanted: string | null },
  how: Retrying,
): Promise<string> {
  if (wanted !== null) return `${model.name} has no version ${wanted}`;
  if (model.latest === null) return `${model.name} has no versions`;
  const params = { versionId: model.latest.id };
  const latest = await retrying(how, () => client.versions.show({ params }, { signal: how.signal }));
  return versionLines(latest).join('\n');
}
