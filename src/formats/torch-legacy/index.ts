import { FormatError } from '../../bytes/errors.ts';
import { BufferSource } from '../../bytes/source.ts';
import { Budget } from '../../bytes/limits.ts';
import { defineFormat, type ParseContext, type Probe } from '../format.ts';
import { PickleMachine } from '../pickle/machine.ts';
import type { Value } from '../pickle/values.ts';
import type { PickleView } from '../pickle/view.ts';
import { examinePickle } from '../pickle/stream.ts';
import { WeightsOnlySimulation } from '../pickle/weights-only.ts';
import { storageOf, type StorageReference } from '../torch/storage.ts';
import { storagesInOrder } from './storages-in-order.ts';

/** torch/serialization.py, MAGIC_NUMBER. */
const MAGIC_NUMBER = 0x1950a86a20f9469cfc6cn;

/** Magic number, protocol version, system information. */
export const PICKLES_BEFORE_OBJECT = 3;

/**
 * What `torch.save` wrote before 1.6 (torch/serialization.py, _legacy_load): five pickles (magic number, protocol
 * version, system info, the object, the storage keys), then for each key a 64-bit count and the raw items.
 */
export const torchLegacy = defineFormat({
  id: 'torch-legacy',
  title: 'PyTorch checkpoint (before 1.6)',
  extensions: ['.pt', '.pth', '.bin', '.ckpt'],
  refines: ['pickle'],
  detect: (probe) => (startsWithMagicNumber(probe) ? 'certain' : null),
  parse(context) {
    const storages = new Map<string, StorageReference>();
    const watched = watchStorages(context, storages);
    let offset = 0;
    for (let part = 0; part < PICKLES_BEFORE_OBJECT; part += 1) {
      const outcome = examinePickle(watched, { start: offset });
      if (!outcome.stopped) return;
      offset = outcome.end;
    }
    const simulation = new WeightsOnlySimulation();
    const object = examinePickle(watched, { start: offset, weightsOnly: simulation, persistentLoad });
    context.detail('weightsOnly', simulation.verdict());
    if (!object.stopped) return;
    readStorages(context, object.end, storages);
  },
});

/** `('module', cls, source file, source)` stands for the class; its source is only compared, with a warning. */
export function persistentLoad(id: Value, view: PickleView): Value | undefined {
  const [kind, owner] = view.items(id) ?? [];
  return view.text(kind) === 'module' ? owner : undefined;
}

function startsWithMagicNumber(probe: Probe): boolean {
  const head = new BufferSource(probe.head.subarray(0, 64));
  const outcome = new PickleMachine(head, { budget: new Budget(probe.budget.limits), stopAtFailure: true }).run();
  if (!outcome.stopped || typeof outcome.result !== 'number') return false;
  const constant = outcome.view.constant(outcome.result);
  return constant.type === 'int' && constant.value === MAGIC_NUMBER;
}

/** The same context, noting each storage a pickle refers to. */
function watchStorages(context: ParseContext, storages: Map<string, StorageReference>): ParseContext {
  return {
    ...context,
    emit(facet, value) {
      context.emit(facet, value);
      if (facet !== 'pickle-event') return;
      const storage = storageOf(value as Parameters<typeof storageOf>[0]);
      if (storage !== undefined) storages.set(storage.key, storage);
    },
  };
}

/** The list of keys, then each storage's bytes in that order. */
function readStorages(context: ParseContext, start: number, storages: ReadonlyMap<string, StorageReference>): void {
  const listed = examinePickle(context, { start });
  const keys = new PickleMachine(context.source, { budget: context.budget, start, keepAll: true }).run();
  if (!listed.stopped) return;
  const { source } = context;
  for (const { storage, count, start: at, data } of storagesInOrder(source, keys, storages)) {
    context.cover(at, data.start, 'structure');
    context.cover(data.start, Math.min(data.end, source.size), 'payload');
    if (storage.count !== undefined && storage.count !== count) {
      context.flaw(malformed(`${storage.count} items, as the object says`, `${count}`, at));
    }
  }
}

function malformed(expected: string, found: string, offset: number): FormatError {
  return FormatError.of('malformed', { expected, found, offset });
}
