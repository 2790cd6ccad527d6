import { RequestError } from '../../errors.ts';

const MAX_FIELDS = 50;

/**
 * Names and values of a query or a form (application/x-www-form-urlencoded). A name that occurs twice is refused: what reads the first
 * and what reads the last would see two different requests.
 * @throws {RequestError} `invalid-request`
 */
export function parseForm(text: string, place: 'query' | 'body'): Readonly<Record<string, string>> {
  const fields = new Map<string, string>();
  for (const [name, value] of new URLSearchParams(text)) {
    if (fields.has(name)) throw refused(place, name.slice(0, 40), 'occurs more than once');
    if (fields.size === MAX_FIELDS) throw refused(place, '', `expected at most ${MAX_FIELDS} fields`);
    fields.set(name, value);
  }
  return Object.assign(Object.create(null) as Record<string, string>, Object.fromEntries(fields));
}

function refused(place: string, name: string, message: string): RequestError {
  return RequestError.of('invalid-request', `${place} ${message}`, {
    errors: [{ path: name === '' ? place : `${place}.${name}`, message }],
  });
}
