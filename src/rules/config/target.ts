import { FormatError, LimitError } from '../../bytes/errors.ts';
import { stringOf } from '../../formats/document.ts';
import { parsePythonLiteral } from '../../formats/python-literal.ts';
import {
  CODE_RUNNING_TARGETS,
  DANGEROUS_BUILTINS,
  DANGEROUS_MODULES,
  HARMLESS_STDLIB_TARGETS,
  LOADER_NAMES,
  LOADING_TARGETS,
  LOOKUP_TARGETS,
  NEVER_AN_ATTRIBUTE,
  TRUSTED_TARGET_ROOTS,
} from '../data/config-targets.ts';
import { PYTHON_STDLIB } from '../data/python-stdlib.ts';
import type { RulePolicy } from '../rule.ts';

/**
 * What a dotted name in a configuration is. `runs-code`: a callable no honest file names. `alias`: reaches a dangerous
 * module through another package. `reaches-out`: loads files or touches the system. `bare`: a name without a module.
 */
type TargetKind = 'runs-code' | 'alias' | 'reaches-out' | 'unknown' | 'trusted' | 'bare' | 'interpolated' | 'no-name';

export interface Target {
  readonly kind: TargetKind;
  /** The dotted name that was judged. */
  readonly name: string;
  /** The segment that decided, when it was one. */
  readonly segment?: string;
}

const IDENTIFIERS = /^[\p{L}_][\p{L}\p{N}_]*(?:\.[\p{L}_][\p{L}\p{N}_]*)*$/u;
const MAX_NAME_LENGTH = 400;

/**
 * Judges what a loader would import for `text`. Loaders import the first segment and follow attributes and submodules,
 * any imported module among them (hydra `_locate`), so one dangerous segment anywhere decides.
 */
export function judgeTarget(text: string, policy: Pick<RulePolicy, 'allowedTargetRoots'>): Target {
  const name = dottedName(text);
  if (name.includes('${')) return { kind: 'interpolated', name };
  if (name.length > MAX_NAME_LENGTH || !IDENTIFIERS.test(name)) return { kind: 'no-name', name };
  const segments = name.split('.');
  const [root = ''] = segments;
  if (segments.length === 1) {
    return DANGEROUS_BUILTINS.has(name) ? { kind: 'runs-code', name, segment: name } : { kind: 'bare', name };
  }
  if (HARMLESS_STDLIB_TARGETS.has(name)) return { kind: 'trusted', name };
  return (
    judgeDangerous(name, root) ??
    judgeTail(name, segments) ??
    judgeReach(name, root) ??
    judgePackage(name, root, policy)
  );
}

const LITERAL_LIMITS = { maxDocumentNodes: 100, maxDocumentDepth: 20 };

/** What `ast.literal_eval` makes of a text that spells a string: `'os' '.system'`, `u"os\\x2esystem"`. */
function plain(text: string): string {
  if (text.length > 10 * MAX_NAME_LENGTH || !/["']/.test(text)) return text;
  try {
    return stringOf(parsePythonLiteral(text, LITERAL_LIMITS)) ?? text;
  } catch (error) {
    if (error instanceof FormatError || error instanceof LimitError) return text;
    throw error;
  }
}

/** White space and quotes go, since `ast.literal_eval` turns `"'os.system'"` into a name; `module:name` is `module.name`. */
function dottedName(text: string): string {
  return plain(text)
    .trim()
    .replace(/^(["'])(.*)\1$/s, '$2')
    .replace(/^ext:\/\//, '')
    .replace(/^([\w.]+):([\w.]+)$/, '$1.$2');
}

function judgeDangerous(name: string, root: string): Target | null {
  if (CODE_RUNNING_TARGETS.has(name)) return { kind: 'runs-code', name };
  return DANGEROUS_MODULES.has(root) ? { kind: 'runs-code', name, segment: root } : null;
}

function judgeReach(name: string, root: string): Target | null {
  if (PYTHON_STDLIB.has(root)) return { kind: 'reaches-out', name, segment: root };
  const last = name.slice(name.lastIndexOf('.') + 1);
  const loads = TRUSTED_TARGET_ROOTS.has(root) && (LOADER_NAMES.has(last) || LOOKUP_TARGETS.has(name));
  return loads || LOADING_TARGETS.has(name) ? { kind: 'reaches-out', name } : null;
}

function judgeTail(name: string, segments: readonly string[]): Target | null {
  const segment = segments.slice(1).find((part) => NEVER_AN_ATTRIBUTE.has(part) || /^__\w+__$/.test(part));
  return segment === undefined ? null : { kind: 'alias', name, segment };
}

function judgePackage(name: string, root: string, policy: Pick<RulePolicy, 'allowedTargetRoots'>): Target {
  const known = TRUSTED_TARGET_ROOTS.has(root) || policy.allowedTargetRoots.has(root);
  return { kind: known ? 'trusted' : 'unknown', name };
}

/** True for what is dangerous whatever the key it stands under. */
export function isDangerous(target: Target): boolean {
  return target.kind === 'runs-code' || target.kind === 'alias';
}

/** True when it only looks up another name, so that the name it is given is what counts. */
export function isLookup(target: Target): boolean {
  return LOOKUP_TARGETS.has(target.name);
}

/** Why a dangerous target is one, for messages. */
export function explainTarget(target: Target): string {
  if (target.kind === 'alias') return `${target.name} reaches ${target.segment} through another package`;
  if (target.segment === undefined) return `${target.name} loads or runs what it is given`;
  return target.segment === target.name
    ? `${target.name} is a built-in that runs or reaches anything`
    : `${target.name} is part of ${target.segment}, which no model needs`;
}
