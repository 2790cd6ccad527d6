import { type DetailedError, validate } from '@cedar-policy/cedar-wasm/nodejs';
import type { z } from 'zod';
import type { policyCheck, policyFault } from '../../contract/types/policies.ts';
import { cedarSchema } from './cedar-schema.ts';
import { parseStatement, policyIdOf } from './parse-policies.ts';
import { splitPolicies, type Statement } from './policy-text.ts';

export type PolicyCheck = z.infer<typeof policyCheck>;
type PolicyFault = z.infer<typeof policyFault>;

/** Faults beyond this are of no more use to anybody. */
const MAX_FAULTS = 200;

/** Checks policies: size, syntax, ids, and types by the schema. Not what they mean: that is for trying. */
export function checkPolicies(text: string): PolicyCheck {
  const { statements, faults: tooMuch } = splitPolicies(text);
  if (tooMuch.length > 0) return checked(tooMuch.map((fault) => ({ ...fault, policyId: null, severity: 'error' })));
  const hidden = hiddenFaults(text);
  if (hidden.length > 0) return checked(hidden);
  const place = placeIn(text);
  const answer = validate({ schema: cedarSchema, policies: { staticPolicies: text } });
  if (answer.type === 'failure') return checked(answer.errors.map((error) => faultOf(error, null, 'error', place)));
  const { ids, faults } = identify(statements);
  const named = (policyId: string): string | null => ids.get(policyId) ?? null;
  return checked([
    ...faults,
    ...answer.validationErrors.map(({ policyId, error }) => faultOf(error, named(policyId), 'error', place)),
    ...answer.validationWarnings.map(({ policyId, error }) => faultOf(error, named(policyId), 'warning', place)),
    ...answer.otherWarnings.map((error) => faultOf(error, null, 'warning', place)),
  ]);
}

/** Letters that show nothing or turn the order of others around: whoever approves would read another text than Cedar does (CVE-2021-42574). */
const HIDDEN = /(?![\t\n\r])[\p{C}\u2028\u2029]/gu;

function hiddenFaults(text: string): readonly PolicyFault[] {
  return Array.from(text.matchAll(HIDDEN).take(MAX_FAULTS), ({ 0: found, index }) => ({
    message: `expected only characters that can be seen, found U+${(found.codePointAt(0) ?? 0).toString(16).toUpperCase().padStart(4, '0')}`,
    policyId: null,
    start: index,
    end: index + found.length,
    severity: 'error' as const,
  }));
}

function checked(faults: readonly PolicyFault[]): PolicyCheck {
  return { valid: !faults.some(({ severity }) => severity === 'error'), faults: faults.slice(0, MAX_FAULTS) };
}

/** Ids as annotated, by the names that Cedar gives policies of a text: `policy0` is the first. */
function identify(statements: readonly Statement[]): {
  readonly ids: ReadonlyMap<string, string>;
  readonly faults: readonly PolicyFault[];
} {
  const ids = new Map<string, string>();
  const taken = new Set<string>();
  const faults: PolicyFault[] = [];
  for (const [index, statement] of statements.entries()) {
    const fault = (message: string): void => {
      faults.push({ message, policyId: null, start: statement.start, end: statement.end, severity: 'error' });
    };
    const json = parseStatement(statement);
    const named = json === null ? { fault: 'expected a policy' } : policyIdOf(json);
    if ('fault' in named) fault(named.fault);
    else if (taken.has(named.id)) fault(`expected each id once, found "${named.id}" again`);
    else {
      taken.add(named.id);
      ids.set(`policy${index}`, named.id);
    }
  }
  return { ids, faults };
}

function faultOf(
  error: DetailedError,
  policyId: string | null,
  severity: PolicyFault['severity'],
  place: (byteOffset: number) => number,
): PolicyFault {
  const [at] = error.sourceLocations ?? [];
  // Cedar begins with the name it gave the policy; ours is in `policyId`.
  const message = error.message.replace(/^for policy `policy\d+`, /, '');
  const label = at?.label == null ? '' : `: ${at.label}`;
  const help = error.help === null ? '' : ` (${error.help})`;
  return {
    message: `${message}${label}${help}`,
    policyId,
    start: at === undefined ? null : place(at.start),
    end: at === undefined ? null : place(at.end),
    severity,
  };
}

/** Cedar counts bytes of UTF-8, editors count UTF-16 characters. */
function placeIn(text: string): (byteOffset: number) => number {
  const bytes = Buffer.from(text);
  if (bytes.length === text.length) return (offset) => offset;
  return (offset) => bytes.toString('utf8', 0, offset).length;
}
