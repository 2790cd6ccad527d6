import { storageItemBytes, type StorageReference } from '../../formats/torch/storage.ts';
import { TensorError } from '../errors.ts';
import { defineTensorReader, type ReadContext } from '../reader.ts';
import { objectTensors, type ObjectTensors } from '../torch/object-tensors.ts';
import { readPickledObject, type PickledObject } from '../torch/pickled-object.ts';
import type { Storages, StoredBytes } from '../torch/place.ts';
import { type FindScriptClass, readScriptClasses, type ScriptClass } from '../torch/script-module.ts';
import { storageConflicts } from '../torch/storage-conflicts.ts';
import { TorchArchive } from '../torch/zip-archive.ts';

/** Checkpoints of torch.save since 1.6, and TorchScript programs. */
export const torchZip = defineTensorReader({
  format: 'torch-zip',
  read(context) {
    const archive = new TorchArchive(context);
    const isScript = archive.find('constants.pkl') !== undefined;
    const findClass = isScript ? scriptClasses(archive) : undefined;
    const object = readObject(archive, context, 'data');
    const main = objectTensors(object, context, {
      storages: storagesOf(archive, context, object, 'data'),
      ...(findClass === undefined ? {} : { findClass }),
    });
    const globals = new Set(object.globals);
    const parts = isScript ? [main, readConstants(archive, context, globals)] : [main];
    const notes = archive.hasChecksums ? [] : ['every CRC is zero: torch was told to store none'];
    if (object.outcome.end < object.view.source.size) notes.push('bytes after the end of the pickle are left out');
    return {
      format: 'torch-zip',
      tensors: parts.flatMap(({ tensors }) => tensors),
      refused: parts.flatMap(({ refused }) => refused),
      omitted: parts.flatMap(({ omitted }) => omitted),
      metadata: new Map(),
      globals: [...globals].sort(),
      notes: [...notes, ...parts.flatMap((part) => part.notes)],
    };
  },
});

function readObject(archive: TorchArchive, context: ReadContext, name: string): PickledObject {
  const entry = archive.find(`${name}.pkl`);
  if (entry === undefined) {
    throw TensorError.of('inconsistent', { path: context.path, detail: `it has no ${archive.root}/${name}.pkl` });
  }
  return readPickledObject({ source: archive.open(entry), path: context.path, budget: context.budget });
}

/** The records of one pickle, `data/0` beside `data.pkl`. */
function storagesOf(archive: TorchArchive, context: ReadContext, object: PickledObject, folder: string): Storages {
  const pickle = archive.find(`${folder}.pkl`);
  // A decoder is shared, so that tensors of one record do not start over for each other.
  const decoded = new Map<string, StoredBytes>();
  return {
    bigEndian: isBigEndian(archive, context),
    pickleOrigin: pickle === undefined ? { member: '', span: undefined } : archive.originOf(pickle),
    conflict: storageConflicts(object.storages.values()),
    find(reference) {
      const { key } = reference;
      const record = decoded.get(key) ?? archive.record(`${folder}/${key}`);
      if (record !== undefined && record.origin.span === undefined) decoded.set(key, record);
      return sound(record, reference, context);
    },
  };
}

/** With mmap torch takes as many bytes as the object says, from wherever the record starts. */
function sound(
  record: StoredBytes | undefined,
  { key, type, count }: StorageReference,
  context: ReadContext,
): StoredBytes | undefined {
  const wanted = (count ?? Number.NaN) * storageItemBytes(type);
  if (record === undefined || record.byteLength === wanted) return record;
  const detail = `storage ${key} holds ${record.byteLength} bytes, the object says ${wanted}`;
  throw TensorError.of('inconsistent', { path: context.path, detail });
}

function isBigEndian(archive: TorchArchive, { path }: ReadContext): boolean {
  const order = archive.shortText('byteorder') ?? 'little';
  // torch.jit.load does not look at the byte order.
  const isScript = archive.find('constants.pkl') !== undefined;
  if (order === 'little' || (order === 'big' && !isScript)) return order === 'big';
  throw TensorError.of('inconsistent', {
    path,
    detail: `its byte order is ${JSON.stringify(order)}, which torch does not read`,
  });
}

/** Looks classes up in `code/__torch__/…`, each file once. */
function scriptClasses(archive: TorchArchive): FindScriptClass {
  const files = new Map<string, ReadonlyMap<string, ScriptClass>>();
  return (name) => {
    const dot = name.lastIndexOf('.');
    const file = `code/${name.slice(0, dot).replaceAll('.', '/')}.py`;
    const known = files.get(file) ?? readScriptClasses(archive.text(file) ?? '');
    files.set(file, known);
    return known.get(name.slice(dot + 1));
  };
}

/** Tensors that the code of a program names: no state dict has them, so only the whole object does. */
function readConstants(archive: TorchArchive, context: ReadContext, globals: Set<string>): ObjectTensors {
  const object = readObject(archive, context, 'constants');
  for (const name of object.globals) globals.add(name);
  const storages = storagesOf(archive, context, object, 'constants');
  const all = objectTensors(
    object,
    { ...context, options: { ...context.options, select: undefined } },
    { storages, whole: true },
  );
  const named = {
    tensors: all.tensors.map((tensor) => ({ ...tensor, name: `constants.${tensor.name}` })),
    refused: all.refused.map((refusal) => ({ ...refusal, name: `constants.${refusal.name}` })),
  };
  if (context.options.wholeObject === true) return { ...all, ...named, omitted: [] };
  const omitted = [
    ...named.tensors.map(({ name, dtype, shape }) => ({
      path: name,
      what: `a constant of the code: ${dtype} [${shape.join(',')}]`,
    })),
    ...named.refused.map(({ name, detail }) => ({ path: name, what: `a constant of the code: ${detail}` })),
  ];
  return { tensors: [], refused: [], omitted, notes: all.notes };
}
