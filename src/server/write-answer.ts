import type { FastifyReply } from 'fastify';
import type { Route } from '../contract/route.ts';
import { unknownFields } from './unknown-fields.ts';
import type { Streamed } from './routes/bind.ts';

/** An answer that is not what its route promises: a fault of the server, which tells only places. */
class AnswerMismatch extends Error {
  constructor(route: Route, places: readonly string[]) {
    super(`the answer of ${route.id} is not what the contract says, at ${places.join(', ')}`);
    this.name = 'AnswerMismatch';
  }
}

/**
 * Sends what a handler answered. JSON is brought to the shape of the contract: a field that it does not name never leaves the server,
 * and in tests (`isStrict`) is an error.
 */
export async function writeAnswer(
  reply: FastifyReply,
  route: Route,
  options: { readonly answer: unknown; readonly isStrict: boolean },
): Promise<FastifyReply> {
  if (route.produces !== undefined) return writeStreamed(reply, route.produces, options.answer as Streamed);
  if (reply.statusCode === 200) reply.code(route.status ?? (route.reply === undefined ? 204 : 200));
  if (route.reply === undefined) return reply.send();
  const parsed = route.reply.safeParse(options.answer);
  if (!parsed.success)
    throw new AnswerMismatch(
      route,
      parsed.error.issues.map(({ path }) => path.join('.')),
    );
  const unknown = options.isStrict ? unknownFields(options.answer, parsed.data, 'reply') : [];
  if (unknown.length > 0) throw new AnswerMismatch(route, unknown);
  return reply.type('application/json; charset=utf-8').send(JSON.stringify(parsed.data));
}

function writeStreamed(reply: FastifyReply, produces: string, { content, headers, status }: Streamed): FastifyReply {
  if (status !== undefined) reply.code(status);
  reply.type(produces.startsWith('text/') ? `${produces}; charset=utf-8` : produces);
  if (headers !== undefined) reply.headers({ ...headers });
  return reply.send(
    content instanceof Uint8Array ? Buffer.from(content.buffer, content.byteOffset, content.length) : content,
  );
}
