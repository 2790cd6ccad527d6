import { LineCounter, parseDocument } from 'yaml';
import * as z from 'zod';
import { defaultLimits, type LimitName } from '../bytes/limits.ts';
import { severities, type AnyRule } from '../rules/rule.ts';
import { ConfigError, type ConfigProblem } from './config-error.ts';
import { nearest } from './nearest.ts';
import { offsetOf, type YamlIssue } from './place-in-yaml.ts';
import { isSilent, type RuleSetting } from './rule-setting.ts';
import { thresholds } from './threshold.ts';

const levels = [...severities, 'off'] as const;
const reason = z.string().trim().min(8, 'say why in at least 8 characters');
const limitNames = Object.keys(defaultLimits) as [LimitName, ...LimitName[]];

const ruleSetting = z.union([
  z.enum(levels).transform((severity) => ({ severity, reason: undefined })),
  z.strictObject({ severity: z.enum(levels), reason: reason.optional() }),
]);

const suppression = z.strictObject({
  rule: z.string(),
  path: z.string().min(1),
  member: z.string().min(1).optional(),
  sha256: z
    .string()
    .regex(/^[0-9a-fA-F]{64}$/, 'expected 64 hexadecimal digits')
    .optional(),
  reason,
  expires: z.iso.date('expected a date, YYYY-MM-DD'),
});

/** The policy file. Unknown keys are errors: a mistyped key that is ignored is a policy that is not applied. */
export const policySchema = z.strictObject({
  failOn: z.enum(thresholds).optional(),
  limits: z.partialRecord(z.enum(limitNames), z.number().positive()).default({}),
  rules: z.record(z.string(), ruleSetting).default({}),
  allow: z
    .strictObject({
      globals: z.array(z.string().regex(/^[^\s.]+(\.[^\s.]+)+$/, 'expected module.name')).default([]),
      targets: z.array(z.string().min(1)).default([]),
    })
    .default({ globals: [], targets: [] }),
  suppressions: z.array(suppression).default([]),
});

/** What an organisation accepts and what it does not. */
export type ScanPolicy = z.infer<typeof policySchema>;

/**
 * Reads a policy file (YAML 1.2; JSON is YAML).
 * @throws ConfigError with line and column of everything that is wrong with it.
 */
export function parsePolicy(text: string, file: string, rules: readonly AnyRule[]): ScanPolicy {
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, prettyErrors: false, logLevel: 'error' });
  const at = (offset: number): Pick<ConfigProblem, 'line' | 'column'> => {
    const { line, col } = lines.linePos(offset);
    return { line, column: col };
  };
  if (document.errors.length > 0) {
    const problems = document.errors.map((error) => ({ message: error.message, ...at(error.pos[0]) }));
    throw ConfigError.of({ file, problems });
  }
  const parsed = policySchema.safeParse(plainValue(document, file) ?? {});
  const issues = parsed.success ? checkRules(parsed.data, rules) : parsed.error.issues.flatMap(flatten);
  if (parsed.success && issues.length === 0) return parsed.data;
  const problems = issues.map((issue) => {
    const offset = offsetOf(document, issue);
    return { message: issue.message, ...(offset === undefined ? {} : at(offset)) };
  });
  throw ConfigError.of({ file, problems });
}

/** @throws ConfigError for aliases that multiply without end, which the library refuses to write out. */
function plainValue(document: ReturnType<typeof parseDocument>, file: string): unknown {
  try {
    return document.toJS();
  } catch (error) {
    if (!(error instanceof ReferenceError)) throw error;
    throw ConfigError.of({ file, problems: [{ message: error.message }] });
  }
}

function flatten(issue: z.core.$ZodIssue): YamlIssue[] {
  const path = issue.path as YamlIssue['path'];
  const where = path.length === 0 ? '' : `${path.join('.')}: `;
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ path: [...path, key], message: `${where}unknown key ${key}`, atKey: true }));
  }
  if (issue.code === 'invalid_union') {
    return [{ path, message: `${where}expected one of ${levels.join(', ')}, or {severity, reason}` }];
  }
  return [{ path, message: `${where}${issue.message}` }];
}

/** What the schema alone cannot see: rule ids that do not exist, and guards switched off without a reason. */
function checkRules(policy: ScanPolicy, rules: readonly AnyRule[]): YamlIssue[] {
  const byId = new Map(rules.map((rule) => [rule.id, rule]));
  const unknown = (id: string): string => {
    const guess = nearest(id, byId.keys());
    return `unknown rule ${id}${guess === undefined ? '' : `; did you mean ${guess}?`}`;
  };
  const issues: YamlIssue[] = [];
  for (const [id, setting] of Object.entries(policy.rules)) {
    const rule = byId.get(id);
    const path = ['rules', id];
    if (rule === undefined) issues.push({ path, message: unknown(id), atKey: true });
    else if (setting.reason === undefined && needsReason(rule, setting)) {
      const kind = rule.severity === 'critical' ? 'critical' : 'a guard against what was not understood';
      issues.push({ path, message: `rules.${id}: is ${kind}; to lower it or turn it off, give a reason`, atKey: true });
    }
  }
  for (const [index, { rule }] of policy.suppressions.entries()) {
    if (!byId.has(rule)) issues.push({ path: ['suppressions', index, 'rule'], message: unknown(rule) });
  }
  return issues;
}

function needsReason(rule: AnyRule, { severity }: RuleSetting): boolean {
  if (rule.inconclusive === true) return isSilent(severity);
  return rule.severity === 'critical' && severity !== 'critical';
}
