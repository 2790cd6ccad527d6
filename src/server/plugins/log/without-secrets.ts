import type { FastifyRequest } from 'fastify';

const MIN_SECRET_CHARACTERS = 6;
const MAX_MESSAGE_CHARACTERS = 500;
const MAX_VALUES = 500;

/**
 * Cleans a message that may quote the request, as those of databases and parsers do: every value the caller sent, in body, cookie,
 * authorization or query, is taken out before the rest is cut to size.
 */
export function withoutSecrets(request: FastifyRequest): (text: string) => string {
  const sent = sentValues(request);
  return (text) => {
    let cleaned = text;
    for (const value of sent) cleaned = cleaned.replaceAll(value, '[sent by the caller]');
    return cleaned.slice(0, MAX_MESSAGE_CHARACTERS);
  };
}

function sentValues({ headers, body, url }: FastifyRequest): readonly string[] {
  const found: string[] = [];
  collect(
    [
      headers.cookie?.split(/[;=]\s*/),
      headers.authorization?.split(' '),
      [...new URLSearchParams(url.split('?')[1]).values()],
      body,
    ],
    found,
  );
  const worth = found.filter((value) => value.length >= MIN_SECRET_CHARACTERS);
  return worth.sort((a, b) => b.length - a.length);
}

/** The depth of a body is bounded where it is parsed. */
function collect(value: unknown, found: string[]): void {
  if (found.length >= MAX_VALUES) return;
  if (typeof value === 'string') found.push(value);
  else if (typeof value === 'object' && value !== null) for (const item of Object.values(value)) collect(item, found);
}
