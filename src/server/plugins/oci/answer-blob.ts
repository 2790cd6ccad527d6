import { Readable } from 'node:stream';
import type { FastifyReply } from 'fastify';
import { answerFile } from '../../../registry/contents/answer-file.ts';
import { openDownload } from '../../../registry/contents/open-download.ts';
import type { ByteRange } from '../../../registry/contents/range.ts';
import { RegistryError } from '../../../registry/errors.ts';
import { OciError } from '../../../registry/oci/errors.ts';
import { findBlob, type FoundBlob } from '../../../registry/oci/find-blob.ts';
import { whileHolds } from '../../routes/while-holds.ts';
import { streamDownload } from '../../stream-download.ts';
import { type OciAsked, paramsOf, repositoryIn } from './oci-asked.ts';

/** Sends what a digest names in a repository, or a part of it, or only what is known of it. */
export async function answerBlob(asked: OciAsked): Promise<FastifyReply> {
  const { call, request, reply } = asked;
  const { digest = '' } = paramsOf(request);
  const blob = await findBlob(call, { name: repositoryIn(request), digest });
  const { headers } = request;
  const {
    status,
    part,
    headers: answered,
  } = answerFile(blob, {
    isHead: request.method === 'HEAD',
    range: headers.range,
    ifRange: typeof headers['if-range'] === 'string' ? headers['if-range'] : undefined,
    ifNoneMatch: headers['if-none-match'],
  });
  reply.code(status).headers({ ...answered, 'docker-content-digest': digest });
  if (status !== 416) reply.type('application/octet-stream');
  return part === null ? reply.send() : reply.send(await contentOf(blob, part, asked));
}

async function contentOf(blob: FoundBlob, part: ByteRange, asked: OciAsked): Promise<Readable | Buffer> {
  const { registry, signal } = asked.call;
  if (blob.kind === 'made') return blob.content.subarray(part.start, part.end);
  if (blob.kind === 'stored') {
    // Only what is read as a whole is checked against its digest.
    const range = part.end - part.start === blob.bytes ? undefined : part;
    const pieces = whileHolds(registry.blobs.read(blob.digest, range), asked.stillHolds);
    return Readable.from(pieces, { objectMode: false, signal });
  }
  const { versionId, path } = blob;
  const opened = await openDownload(registry, { versionId, path, principal: asked.principal, signal }).catch(
    (error: unknown) => {
      throw whyNot(error);
    },
  );
  return streamDownload(opened, part, asked.stillHolds);
}

/** The version may have been recalled since it was looked up. */
function whyNot(error: unknown): unknown {
  const isGone = error instanceof RegistryError && (error.code === 'recalled' || error.code === 'not-downloadable');
  return isGone ? OciError.of('oci-denied', error.message) : error;
}
