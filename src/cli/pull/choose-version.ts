import type { Client } from '../../contract/client.ts';
import { stage } from '../../contract/types/registry.ts';
import { RemoteError } from '../registry/errors.ts';
import { requireModel, type Model } from '../registry/find-model.ts';
import type { Version } from '../registry/follow-version.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import { versionLines } from '../registry/version-text.ts';
import { UsageError } from '../usage-error.ts';

type Is = (version: Version) => boolean;

type Reference =
  | { readonly name: string; readonly wanted: null }
  | { readonly name: string; readonly wanted: string; readonly is: Is };

const NUMBER = /^[1-9]\d{0,8}$/;
const REVISION = /^[0-9a-f]{7,40}$/;

/** NAME, NAME@3, NAME@1f0c9e2… or NAME@production. @throws UsageError */
export function parseReference(text: string): Reference {
  const at = text.lastIndexOf('@');
  if (at < 0) return { name: text, wanted: null };
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

/**
 * The newest version that is meant, which can be had; where nothing but the model is named, the one that the registry gives out by itself.
 * @throws UsageError, RemoteError `model-unknown`, `not-released`
 */
export async function chooseVersion(client: Client, reference: string, how: Retrying): Promise<Version> {
  const meant = parseReference(reference);
  const model = await requireModel(client, meant.name, how);
  const version =
    meant.wanted === null
      ? await showVersion(client, model.released, how)
      : await findVersion(client, model, { is: meant.is, how });
  if (version === undefined) {
    throw RemoteError.of('not-released', await whyNone(client, { model, wanted: meant.wanted }, how));
  }
  if (version.state !== 'released') throw RemoteError.of('not-released', versionLines(version).join('\n'));
  return version;
}

async function showVersion(
  client: Client,
  known: { readonly id: string } | null,
  how: Retrying,
): Promise<Version | undefined> {
  if (known === null) return undefined;
  const params = { versionId: known.id };
  return retrying(how, () => client.versions.show({ params }, { signal: how.signal }));
}

async function findVersion(
  client: Client,
  { id: modelId }: Model,
  { is, how }: { readonly is: Is; readonly how: Retrying },
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
  const latest = await showVersion(client, model.latest, how);
  if (latest === undefined) return `${model.name} has no versions`;
  if (latest.state !== 'released') return versionLines(latest).join('\n');
  return `${model.name} has no version for everybody; version ${latest.number} is had as ${model.name}@${latest.number}`;
}
