import type { ActionConstraint, EntityUidJson } from '@cedar-policy/cedar-wasm/nodejs';
import type { ActionId } from '../../contract/actions.ts';
import { groupsOf } from './cedar-schema.ts';
import type { ParsedPolicy } from './parse-policies.ts';
import type { PolicyContext } from './request.ts';

type Attribute = keyof PolicyContext;

/** Those of the policies that can say something about one action, and what they need to know. */
export interface Slice {
  readonly policies: Readonly<Record<string, string>>;
  /** Attributes of the context that any of them reads. */
  readonly attributes: readonly Attribute[];
  /** Whether any of them asks for more of the action than its id: a group in its head, or anything in its conditions. */
  readonly readsAction: boolean;
}

const attributes = [
  'level',
  'recentlyVerified',
  'address',
  'hour',
  'weekday',
  'purpose',
  'classification',
  'sensitivity',
  'credential',
] as const satisfies readonly Attribute[];

/**
 * Slices policies by action, so that a decision costs what the policies about its action cost, and sends Cedar only what these read.
 * Cedar gets the text as it was approved: its JSON loses whole numbers beyond 2^53. A test compares with Cedar asked about everything.
 */
export function sliceFor(action: ActionId, policies: readonly ParsedPolicy[]): Slice {
  const about = policies.filter(({ json }) => covers(json.action, action));
  const conditions = about.map(({ json }) => json.conditions);
  return {
    policies: Object.fromEntries(about.map(({ id, text }) => [id, text])),
    attributes: attributesOf(conditions),
    readsAction:
      about.some(({ json }) => namesGroup(json.action, action)) || countOf(conditions, isVariable('action')) > 0,
  };
}

function covers(constraint: ActionConstraint, action: ActionId): boolean {
  if (constraint.op === 'All' || namesGroup(constraint, action)) return true;
  return actionsIn(constraint).some((uid) => isAction(uid, [action]));
}

function namesGroup(constraint: ActionConstraint, action: ActionId): boolean {
  return constraint.op === 'in' && actionsIn(constraint).some((uid) => isAction(uid, groupsOf(action)));
}

function actionsIn(constraint: ActionConstraint): readonly EntityUidJson[] {
  if ('entities' in constraint) return constraint.entities;
  return 'entity' in constraint ? [constraint.entity] : [];
}

function isAction(uid: EntityUidJson, names: readonly string[]): boolean {
  const { type, id } = '__entity' in uid ? uid['__entity'] : uid;
  return type === 'Action' && names.includes(id);
}

type Node = unknown;

/** Where the context is read by more than `context.name` and `context has name`, any attribute may matter. */
function attributesOf(conditions: Node): readonly Attribute[] {
  const reads = readsOf(conditions);
  if (countOf(conditions, isVariable('context')) !== reads.length) return attributes;
  const named = new Set(reads);
  return attributes.filter((name) => named.has(name));
}

const isVariable =
  (name: string) =>
  (node: Node): boolean =>
    memberOf(node, 'Var') === name;

/** Names in `context.name` and `context has name`. */
function readsOf(conditions: Node): readonly string[] {
  const names: string[] = [];
  walk(conditions, (node) => {
    const access = memberOf(node, '.') ?? memberOf(node, 'has');
    const name = memberOf(access, 'attr');
    if (isVariable('context')(memberOf(access, 'left')) && typeof name === 'string') names.push(name);
  });
  return names;
}

function countOf(root: Node, test: (node: Node) => boolean): number {
  let count = 0;
  walk(root, (node) => {
    if (test(node)) count += 1;
  });
  return count;
}

function memberOf(node: Node, name: string): Node {
  return typeof node === 'object' && node !== null && Object.hasOwn(node, name)
    ? (node as Readonly<Record<string, Node>>)[name]
    : undefined;
}

/** Visits every object of parsed JSON. */
export function walk(node: Node, visit: (node: object) => void): void {
  if (typeof node !== 'object' || node === null) return;
  visit(node);
  for (const part of Object.values(node)) walk(part, visit);
}
