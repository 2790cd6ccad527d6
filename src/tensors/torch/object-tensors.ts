import { LimitError } from '../../bytes/errors.ts';
import { globalName, type Value } from '../../formats/pickle/values.ts';
import { TensorError } from '../errors.ts';
import type { ReadContext } from '../reader.ts';
import type { TensorFile } from '../tensor.ts';
import { partAt, visitWeights } from './choose-weights.ts';
import { moduleAttributes, walkModule } from './module-tree.ts';
import { ObjectWalk, type Place } from './object-walk.ts';
import type { PickledObject } from './pickled-object.ts';
import { type Storages, TensorPlacer } from './place.ts';
import { type FindScriptClass, isScriptModule, walkScriptModule } from './script-module.ts';
import type { DescriptionContext } from './tensor-calls.ts';

interface ObjectOptions {
  readonly storages: Storages;
  readonly outside?: DescriptionContext['outside'];
  /** Given for TorchScript programs. */
  readonly findClass?: FindScriptClass;
  /** Takes every tensor under full paths, whatever the object is. */
  readonly whole?: boolean;
}

export type ObjectTensors = Pick<TensorFile, 'tensors' | 'refused' | 'omitted' | 'notes'>;

/**
 * The tensors of what a pickle describes, by name, and everything else in it.
 * @throws TensorError `inconsistent`, `no-tensors` when `select` leads nowhere, LimitError.
 */
export function objectTensors(object: PickledObject, context: ReadContext, options: ObjectOptions): ObjectTensors {
  const walk = walkFor(object, context, options);
  const root = selected(object.root, context, walk);
  visitWeights(root, walk, options.whole === true || context.options.wholeObject === true);
  if (walk.tensors.length === 0 && walk.refused.length === 0 && walk.bears(root)) {
    walk.notes.add('it holds only what training goes on with (optimizer states): its tensors are left out');
  }
  const { tensors, refused, omitted } = walk;
  return { tensors, refused, omitted, notes: [...object.notes, ...walk.finish()] };
}

function selected(root: Value, context: ReadContext, walk: ObjectWalk): Value {
  const { select } = context.options;
  if (select === undefined) return root;
  const part = partAt(root, select, walk);
  if (part === undefined) throw TensorError.of('no-tensors', { path: `${context.path}, at ${select},` });
  walk.notes.add(`only the part at ${select} was read`);
  return part;
}

function walkFor(object: PickledObject, { path, limits }: ReadContext, options: ObjectOptions): ObjectWalk {
  const inconsistent = (detail: string): TensorError => TensorError.of('inconsistent', { path, detail });
  const { storages, outside, findClass } = options;
  let inlineBytes = 0;
  const spendInline = (bytes: number): void => {
    inlineBytes += bytes;
    const { maxInlineArrayBytes } = limits;
    if (inlineBytes > maxInlineArrayBytes) throw LimitError.of('maxInlineArrayBytes', maxInlineArrayBytes, inlineBytes);
  };
  return new ObjectWalk({
    view: object.view,
    descriptions: {
      view: object.view,
      storages: object.storages,
      depth: 0,
      ...(outside === undefined ? {} : { outside }),
      spendInline,
      inconsistent,
    },
    placer: new TensorPlacer(storages, limits, inconsistent),
    limits,
    special: (value, place, walk) => special(value, place, walk, findClass),
  });
}

function special(value: Value, place: Place, walk: ObjectWalk, findClass: FindScriptClass | undefined): boolean {
  if (findClass !== undefined && isScriptModule(value)) {
    walkScriptModule(value, place, walk, findClass);
    return true;
  }
  const attributes = moduleAttributes(value, walk);
  if (attributes === undefined) return false;
  if (
    typeof value === 'object' &&
    value.kind === 'call' &&
    globalName(value.callee)?.endsWith('FullyShardedDataParallel')
  ) {
    walk.notes.add('a FullyShardedDataParallel module holds only the parts of its own process');
  }
  walkModule(attributes, place, walk);
  return true;
}
