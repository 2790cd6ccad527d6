import { FormatError } from '../bytes/errors.ts';
import type { Limits } from '../bytes/limits.ts';
import type { ConfigDocument, DocumentNode } from './document.ts';
import { parseJson } from './json/parse-json.ts';
import { parsePythonLiteral } from './python-literal.ts';
import { hasYamlPowers } from './yaml/powers.ts';
import { parseYaml } from './yaml/parse-yaml.ts';

type Nested = Pick<ConfigDocument, 'root' | 'syntax'>;

/** A document in a string: the longest honest ones are training statistics of some 10 MB in a safetensors header. */
const MAX_NESTED_LENGTH = 32 * 1024 * 1024;
const encoder = new TextEncoder();

/**
 * The document that a string holds, when a loader could take it for one: JSON, a Python literal
 * (`ast.literal_eval` is how ml-flextok reads each value of a safetensors header), or YAML whose keys or tags have power.
 * Null for everything else. @throws LimitError
 */
export function nestedDocument(text: string, limits: Limits): Nested | null {
  if (text.length > MAX_NESTED_LENGTH) return null;
  if (!mayHoldMap(text)) return hasYamlPowers(text) ? nestedYaml(text, limits) : null;
  return (
    attempt('json', () => parseJson(encoder.encode(text), { limits }).root) ??
    attempt('literal', () => parsePythonLiteral(text, limits)) ??
    (hasYamlPowers(text) ? nestedYaml(text, limits) : null)
  );
}

/** Cheap, since it is asked about every string: an opening bracket, a brace and a colon; and no Jinja. */
function mayHoldMap(text: string): boolean {
  if (!text.includes('{') || !text.includes(':')) return false;
  // Python's reader skips comments and joined lines too.
  const first = /^(?:[\s\\]|#[^\n]*\n)*([[({"'])(.?)/s.exec(text);
  return first !== null && !(first[1] === '{' && /[{%]/.test(first[2] ?? ''));
}

function nestedYaml(text: string, limits: Limits): Nested | null {
  return attempt('yaml', () => {
    const document = parseYaml(text, limits).find((part) => part.error === undefined && part.root.kind !== 'scalar');
    if (document === undefined) {
      throw FormatError.of('malformed', { expected: 'a YAML map or list', found: 'text', offset: 0 });
    }
    return document.root;
  });
}

/** A string that does not parse is only a string. */
function attempt(syntax: ConfigDocument['syntax'], read: () => DocumentNode): Nested | null {
  try {
    return { root: read(), syntax };
  } catch (error) {
    if (error instanceof FormatError) return null;
    throw error;
  }
}
