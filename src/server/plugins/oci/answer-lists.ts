import type { FastifyReply } from 'fastify';
import { contentDigest } from '../../../contract/types/registry.ts';
import { listRepositories } from '../../../registry/oci/catalog.ts';
import { OciError } from '../../../registry/oci/errors.ts';
import { mediaTypes } from '../../../registry/oci/media-types.ts';
import { openRepositoryModel } from '../../../registry/oci/open-model.ts';
import { readPageQuery } from '../../../registry/oci/page.ts';
import { referrersIndex } from '../../../registry/oci/referrers.ts';
import { listTags } from '../../../registry/oci/tags.ts';
import { type OciAsked, paramsOf, queryOf, repositoryIn, sendPart } from './oci-asked.ts';

export async function answerCatalog(asked: OciAsked): Promise<FastifyReply> {
  const { registry, caller, signal } = asked.call;
  const { allows: maySee } = await asked.access.decideModels(caller, 'models.read');
  const page = await listRepositories(registry, readPageQuery(queryOf(asked.request)), { maySee, signal });
  return sendPart(asked, page, { repositories: page.items });
}

export async function answerTags(asked: OciAsked): Promise<FastifyReply> {
  const name = repositoryIn(asked.request);
  const page = await listTags(asked.call, name, readPageQuery(queryOf(asked.request)));
  return sendPart(asked, page, { name, tags: page.items });
}

export async function answerReferrers({ call, request, reply }: OciAsked): Promise<FastifyReply> {
  const { digest: subject = '' } = paramsOf(request);
  const model = await openRepositoryModel(call, repositoryIn(request));
  if (!contentDigest.safeParse(subject).success) throw OciError.of('oci-digest-invalid');
  const artifactType = queryOf(request).get('artifactType');
  const { bytes } = await referrersIndex(call.registry, model, { subject, artifactType });
  if (artifactType !== null) reply.header('oci-filters-applied', 'artifactType');
  return reply.type(mediaTypes.index).send(bytes);
}
