import type { FastifyReply } from 'fastify';
import { mediaTypes } from '../../../registry/oci/media-types.ts';
import { openManifest } from '../../../registry/oci/open-manifest.ts';
import { type OciAsked, paramsOf, repositoryIn } from './oci-asked.ts';

export async function answerManifest({ call, principal, request, reply }: OciAsked): Promise<FastifyReply> {
  const { reference = '' } = paramsOf(request);
  const { digest, bytes, versionId } = await openManifest(call, { name: repositoryIn(request), reference });
  // Files that another version has as well may have come with that one: whoever has the manifest hears of a recall all the same.
  if (versionId !== null && request.method === 'GET')
    call.registry.contents.tally.note({ versionId, principal }, { files: 0, bytes: bytes.length });
  return reply
    .headers({ 'docker-content-digest': digest, 'content-length': String(bytes.length) })
    .type(mediaTypes.manifest)
    .send(bytes);
}
