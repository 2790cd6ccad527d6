import { type Document, isNode, isScalar, LineCounter, parseDocument, visit } from 'yaml';
import type { z } from 'zod';
import type { policyProblem } from '../../contract/types/registry.ts';
import { offsetOf, type YamlIssue } from '../../scan/place-in-yaml.ts';
import { visibleShort } from '../../scan/visible-text.ts';
import { checkPolicy } from './check-policy.ts';
import { type AdmissionPolicy, admissionPolicySchema } from './policy-schema.ts';

/** Characters of a policy; the contract takes no more either. */
const MAX_CHARACTERS = 200_000;
/** Deeper ones are no policy, and would exhaust the stack of whoever reads them. */
const MAX_DEPTH = 50;
/** Aliases may repeat something so often. */
const MAX_ALIASES = 100;
const MAX_PROBLEMS = 100;
/** Characters of a key that a problem names. */
const MAX_KEY = 60;

type PolicyProblem = z.infer<typeof policyProblem>;

interface ReadPolicy {
  /** Null where there are problems. */
  readonly policy: AdmissionPolicy | null;
  readonly problems: PolicyProblem[];
}

/** Reads a policy (YAML 1.2; JSON is YAML), or says with line and column of everything that is wrong with it. Never throws. */
export function readAdmissionPolicy(text: string): ReadPolicy {
  if (text.length > MAX_CHARACTERS) return refused(`expected at most ${MAX_CHARACTERS} characters`);
  if (isDeep(text)) return refused(`expected at most ${MAX_DEPTH} levels`);
  const lines = new LineCounter();
  // The library compares each key of a map with all before it.
  const options = { lineCounter: lines, prettyErrors: false, logLevel: 'silent', uniqueKeys: false } as const;
  const document = parseDocument(text, options);
  const at = (offset: number | undefined): Pick<PolicyProblem, 'line' | 'column'> => {
    if (offset === undefined) return { line: null, column: null };
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    return failed(document.errors.map(({ message, pos }) => ({ message, ...at(pos[0]) })));
  }
  const wrong = wrongKey(document);
  if (wrong !== undefined) return failed([{ message: wrong.message, ...at(wrong.offset) }]);
  const { policy, issues } = check(document);
  if (policy !== null && issues.length === 0) return { policy, problems: [] };
  // To look for the place of each of very many would take its time.
  return failed(
    issues.slice(0, MAX_PROBLEMS).map((issue) => ({ message: issue.message, ...at(offsetOf(document, issue)) })),
  );
}

interface WrongKey {
  readonly message: string;
  /** Where it stands in the text. */
  readonly offset: number | undefined;
}

/** A key that is no text, which no policy has and the library would write out, or one that its map had before: of two, nobody knows which was meant. */
function wrongKey(document: Document): WrongKey | undefined {
  let found: WrongKey | undefined;
  visit(document, {
    Map: (_, { items }) => {
      const names = new Set<string>();
      for (const { key } of items) {
        const message = isScalar(key) ? repeated(names, String(key.value)) : 'expected a text as key';
        if (message === undefined) continue;
        found = { message, offset: isNode(key) ? key.range?.[0] : undefined };
        return visit.BREAK;
      }
      return undefined;
    },
  });
  return found;
}

function repeated(names: Set<string>, name: string): string | undefined {
  if (names.has(name)) return `a map has the key ${visibleShort(name, MAX_KEY)} twice`;
  names.add(name);
  return undefined;
}

function refused(message: string): ReadPolicy {
  return failed([{ line: null, column: null, message }]);
}

function failed(problems: readonly PolicyProblem[]): ReadPolicy {
  return { policy: null, problems: problems.slice(0, MAX_PROBLEMS) };
}

/** Brackets and indentation that nest; counted before the parser, which calls itself for each. */
function isDeep(text: string): boolean {
  let open = 0;
  for (const char of text) {
    if (char === '[' || char === '{') open += 1;
    else if (char === ']' || char === '}') open = Math.max(0, open - 1);
    if (open > MAX_DEPTH) return true;
  }
  return text.split('\n').some(isDeepLine);
}

/** `- - - x` and `? ? ? x` nest on one line; what is indented further than any policy nests too. */
function isDeepLine(line: string): boolean {
  const marks = /^[\s\-?:]*/.exec(line)?.[0] ?? '';
  return marks.replaceAll(/\s/g, '').length > MAX_DEPTH && !/^-+$/.test(marks.trim());
}

function check(document: Document): { readonly policy: AdmissionPolicy | null; readonly issues: readonly YamlIssue[] } {
  let value: unknown;
  try {
    value = document.toJS({ maxAliasCount: MAX_ALIASES });
  } catch (error) {
    // Aliases that multiply without end, which the library refuses to write out.
    return { policy: null, issues: [{ path: [], message: error instanceof Error ? error.message : 'unreadable' }] };
  }
  const parsed = admissionPolicySchema.safeParse(value ?? {});
  if (!parsed.success) return { policy: null, issues: parsed.error.issues.flatMap(flatten) };
  return { policy: parsed.data, issues: checkPolicy(parsed.data) };
}

function flatten(issue: z.core.$ZodIssue): YamlIssue[] {
  const path = issue.path as YamlIssue['path'];
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: `${where}unknown key ${key}`, atKey: true }));
  }
  if (issue.code === 'invalid_union') {
    return [{ path, message: `${where}expected a number of bytes, or such as 500 MB or 5 GiB` }];
  }
  return [{ path, message: `${where}${issue.message}` }];
}
