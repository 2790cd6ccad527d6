import type { FastifyInstance, FastifyRequest } from 'fastify';
import { HubError } from '../../../registry/hub/errors.ts';

const MAX_FIELDS = 10_100;
const FORM_TYPE = 'application/x-www-form-urlencoded';

/** Forms in which a name may occur more than once, as clients of the hub send lists. JSON is read as everywhere. */
export function addHubBodies(app: FastifyInstance): void {
  app.removeContentTypeParser(FORM_TYPE);
  app.addContentTypeParser(FORM_TYPE, { parseAs: 'buffer' }, async (_request: FastifyRequest, body: Buffer) => {
    const fields = readFields(body.toString('utf8'));
    return { paths: fields.getAll('paths'), expand: fields.get('expand') ?? false };
  });
}

/** The query of an address, in which names may occur more than once. @throws HubError `hub-request-wrong` */
export const queryOf = ({ url }: FastifyRequest): URLSearchParams => readFields(url.split('?', 2)[1] ?? '');

function readFields(text: string): URLSearchParams {
  const fields = new URLSearchParams(text);
  if (fields.size > MAX_FIELDS) throw HubError.of('hub-request-wrong', `expected at most ${MAX_FIELDS} fields`);
  return fields;
}
