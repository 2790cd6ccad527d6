import { type PolicyJson, policyToJson } from '@cedar-policy/cedar-wasm/nodejs';
import { AccessError } from './errors.ts';
import { splitPolicies, type Statement } from './policy-text.ts';

export interface ParsedPolicy {
  readonly id: string;
  readonly text: string;
  /** To look at, never to decide by: whole numbers beyond 2^53 are not exact in it. */
  readonly json: PolicyJson;
}

/** Ids name policies in decisions, errors and the ledger. */
const ID = /^[a-z0-9](?:[a-z0-9._-]{0,62}[a-z0-9])?$/;

/** The id of a policy, or what is wrong with it. */
export function policyIdOf(json: PolicyJson): { readonly id: string } | { readonly fault: string } {
  const id = json.annotations?.['id'];
  if (id === undefined) return { fault: 'expected an id: write @id("name") before the policy' };
  return ID.test(id)
    ? { id }
    : { fault: `expected an id of lower-case letters, digits, ".", "_" and "-", found "${id}"` };
}

/** The JSON of one policy, or null where Cedar cannot parse it as a policy (a template is none). */
export function parseStatement(statement: Statement): PolicyJson | null {
  const answer = policyToJson(statement.text);
  return answer.type === 'success' ? answer.json : null;
}

/**
 * Parses policies that were checked before.
 * @throws AccessError `policy-invalid`.
 */
export function parsePolicies(text: string): readonly ParsedPolicy[] {
  const { statements, faults } = splitPolicies(text);
  const [fault] = faults;
  if (fault !== undefined) throw AccessError.of('policy-invalid', `${fault.message}, at character ${fault.start}`);
  const parsed = statements.map(parseOne);
  const ids = new Set(parsed.map(({ id }) => id));
  if (ids.size < parsed.length) throw AccessError.of('policy-invalid', 'an id occurs twice');
  return parsed;
}

function parseOne(statement: Statement): ParsedPolicy {
  const json = parseStatement(statement);
  if (json === null) throw AccessError.of('policy-invalid', `expected a policy at character ${statement.start}`);
  const named = policyIdOf(json);
  if ('fault' in named) throw AccessError.of('policy-invalid', `${named.fault}, at character ${statement.start}`);
  return { id: named.id, text: statement.text, json };
}
