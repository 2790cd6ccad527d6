import { globalName, type Value } from '../../formats/pickle/values.ts';
import { joined, type ObjectWalk, type Place } from './object-walk.ts';
import { attributesOf, unwrapped } from './python-values.ts';

/** What the code of a TorchScript class says its tensors are. */
export interface ScriptClass {
  /** Names of parameters and buffers. */
  readonly held: ReadonlySet<string>;
}

/** Finds a class by its name, `__torch__.torch.nn.modules.linear.Linear`; undefined when its code is not there. */
export type FindScriptClass = (name: string) => ScriptClass | undefined;

const PREFIX = '__torch__.';
/** In every module, and the same in most. */
const USUAL = new Set(['training', '_is_full_backward_hook']);

/** True for a module of a TorchScript program. */
export function isScriptModule(value: Value): boolean {
  return typeof value === 'object' && value.kind === 'call' && globalName(value.callee)?.startsWith(PREFIX) === true;
}

/**
 * Takes the tensors of a TorchScript module and those inside it by the names that `state_dict()` gives them. Which of
 * the attributes are parameters and buffers is written in the code of the class; without the code all are taken.
 */
export function walkScriptModule(value: Value, place: Place, walk: ObjectWalk, findClass: FindScriptClass): void {
  const known =
    typeof value === 'object' && value.kind === 'call' ? findClass(globalName(value.callee) ?? '') : undefined;
  for (const [name, wrapped] of attributesOf(value, walk.view)) {
    const held = unwrapped(wrapped, walk.view);
    const at = { ...place, path: joined(place.path, name) };
    if (walk.isTensor(held)) {
      const isState = place.whole || known === undefined || known.held.has(name);
      if (isState) walk.tensor(held, at);
      else walk.tensor(held, { ...at, mode: 'omit' }, 'an attribute that is neither parameter nor buffer');
    } else if (isScriptModule(held) || place.whole) walk.visit(held, at);
    else if (!USUAL.has(name)) walk.visit(held, { ...at, mode: 'omit' });
  }
}

/**
 * Reads the classes of one file of code, which torch writes in a fixed form (torch/csrc/jit/serialization/python_print.cpp):
 * `class Linear(Module):`, then `__parameters__ = ["weight", "bias", ]` and `__buffers__`.
 */
export function readScriptClasses(code: string): ReadonlyMap<string, ScriptClass> {
  const classes = new Map<string, ScriptClass>();
  let held = new Set<string>();
  for (const line of code.split('\n')) {
    const opened = /^class (\w+)/.exec(line);
    if (opened !== null) classes.set(opened[1] as string, { held: (held = new Set()) });
    const listed = /^ {2}__(?:parameters|buffers)__ = \[(.*)\]$/.exec(line);
    for (const [, name] of (listed?.[1] ?? '').matchAll(/"([^"\\]*)"/g)) held.add(name as string);
  }
  return classes;
}
