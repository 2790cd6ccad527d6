import { Readable } from 'node:stream';
import { answerFile, attachment } from '../../registry/contents/answer-file.ts';
import { openDownload, statDownload } from '../../registry/contents/open-download.ts';
import { readEvidence } from '../../registry/contents/put-evidence.ts';
import { RegistryError } from '../../registry/errors.ts';
import { streamDownload } from '../stream-download.ts';
import { type AnyBinding, bind } from './bind.ts';
import { signedIn } from './signed-in.ts';

/** A stream, since the length of a text would take the place of the length that is told. */
const nothing = (): Readable => Readable.from([]);

/** How contents and documents of versions go out. */
export const registryContentBindings: readonly AnyBinding[] = [
  bind('versions.file', async ({ params, query, wants, caller, services, signal, stillHolds }) => {
    const { registry } = services;
    const file = { versionId: params.versionId, path: query.path };
    const { part, ...answer } = answerFile(await statDownload(registry, file), wants);
    if (part === null) return { ...answer, content: nothing() };
    const opened = await openDownload(registry, { ...file, principal: signedIn(caller), signal });
    return { ...answer, content: streamDownload(opened, part, stillHolds) };
  }),

  bind('versions.evidence', async ({ params, services }) => {
    const rows = await services.store.read
      .selectFrom('registry_evidence')
      .select(['kind', 'name', 'digest', 'bytes', 'made_at'])
      .where('version_id', '=', params.versionId)
      .orderBy('kind')
      .execute();
    return {
      items: rows.map(({ made_at, ...row }) => ({ ...row, madeAt: new Date(made_at).toISOString() })),
    };
  }),

  bind('versions.evidenceFile', async ({ params, services, signal }) => {
    const found = await readEvidence(services, params);
    if (found === undefined) throw RegistryError.of('file-unknown', `no ${params.kind} was made of it`);
    return {
      content: Readable.from(found.read(), { objectMode: false, signal }),
      headers: {
        'content-length': String(found.bytes),
        'content-disposition': attachment(found.name),
        'cache-control': 'private, no-cache',
      },
    };
  }),
];
