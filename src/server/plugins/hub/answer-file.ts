import { addAbortSignal, Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { openDownload, type OpenedDownload } from '../../../registry/contents/open-download.ts';
import { RegistryError } from '../../../registry/errors.ts';
import { parseFileAddress } from '../../../registry/hub/address.ts';
import { HubError } from '../../../registry/hub/errors.ts';
import { fileAnswer } from '../../../registry/hub/file-answer.ts';
import { releasedFile } from '../../../registry/hub/file-entries.ts';
import { openRepository, type Repository } from '../../../registry/hub/open-repository.ts';
import { whileHolds } from '../../routes/while-holds.ts';
import { type HubAsked, restOf } from './hub-asked.ts';

/** Sends a file of a released version, or a part of it, or only what is known of it. */
export async function answerFile({ call, request, reply, stillHolds }: HubAsked): Promise<FastifyReply> {
  const address = parseFileAddress(restOf(request, '/'));
  const repository = await openRepository(call, address);
  const file = await releasedFile(call.registry, repository.version, address.path);
  if (file === undefined) throw entryUnknown(repository, address.path);
  const { headers } = request;
  const {
    status,
    part,
    headers: answered,
  } = fileAnswer(file, repository.version, {
    isHead: request.method === 'HEAD',
    range: headers.range,
    ifRange: typeof headers['if-range'] === 'string' ? headers['if-range'] : undefined,
    ifNoneMatch: headers['if-none-match'],
  });
  if (part === null)
    return reply
      .code(status)
      .headers({ ...answered })
      .send();
  const { principal } = call.caller;
  if (principal === null) throw HubError.of('hub-sign-in');
  const opened = await openDownload(call.registry, {
    versionId: repository.version.id,
    path: file.path,
    principal,
    signal: call.signal,
  }).catch((error: unknown) => {
    throw whyNot(error, repository, file.path);
  });
  return reply
    .code(status)
    .headers({ ...answered })
    .send(streamOf(opened, whileHolds(opened.read(part), stillHolds)));
}

/** A recall cuts it off, also while nobody takes what is ready. */
function streamOf({ signal }: OpenedDownload, pieces: AsyncIterable<Uint8Array>): Readable {
  return addAbortSignal(signal, Readable.from(pieces, { objectMode: false }));
}

/** A client that hears at which commit a file is missing does not ask for it again. */
const entryUnknown = ({ model, version }: Repository, path: string): HubError =>
  HubError.of('hub-entry-unknown', `${model.name} has no ${path} at ${version.revision}`, {
    headers: { 'x-repo-commit': version.revision },
  });

/** The version may have been recalled since it was looked up. */
function whyNot(error: unknown, repository: Repository, path: string): unknown {
  if (!(error instanceof RegistryError)) return error;
  if (error.code === 'file-unknown') return entryUnknown(repository, path);
  if (error.code === 'recalled') return HubError.of('hub-recalled', error.message);
  return error.code === 'not-downloadable' ? HubError.of('hub-not-released', error.message) : error;
}
