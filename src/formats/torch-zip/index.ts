import { FormatError, LimitError } from '../../bytes/errors.ts';
import type { Source } from '../../bytes/source.ts';
import { flavourOf } from '../archive-flavour.ts';
import { defineFormat, type ParseContext, type Probe } from '../format.ts';
import { PickleMachine } from '../pickle/machine.ts';
import { WeightsOnlySimulation, type WeightsOnlyVerdict } from '../pickle/weights-only.ts';
import { storageOf, type StorageReference } from '../torch/storage.ts';
import { examineZip } from '../zip/examine-zip.ts';
import { isZip } from '../zip/index.ts';
import { openEntry } from '../zip/open-entry.ts';
import { readZip } from '../zip/read-zip.ts';
import type { ZipEntry, ZipListing } from '../zip/entry.ts';
import { checkRecords, rootsOf, type TorchFault } from './records.ts';

/** Whatever the directory says, torch looks names up without regard to case (caffe2/serialize/inline_container.cc). */
const OBJECT = /^([^/]+)\/data\.pkl$/i;
/** Copies of `data.pkl` that are simulated; which one torch reads is ambiguous, so all must load. */
const MAX_OBJECTS = 16;

/** A checkpoint of torch.save since 1.6, or a TorchScript program: a zip of one pickle and raw storages. */
export const torchZip = defineFormat({
  id: 'torch-zip',
  title: 'PyTorch checkpoint',
  extensions: ['.pt', '.pth', '.bin', '.ckpt', '.ptl'],
  refines: ['zip'],
  detect: (probe) => (isZip(probe) && isTorch(probe) ? 'certain' : null),
  parse(context) {
    const listing = readZip(context.source, context.limits);
    const { flavour } = examineZip(context, listing);
    const objects = listing.entries.filter((entry) => OBJECT.test(entry.name)).slice(0, MAX_OBJECTS);
    const faults: TorchFault[] = [...rootsOf(listing)];
    const verdicts = objects.map((entry) => simulate(context, listing, entry, faults));
    context.detail('weightsOnly', flavour === 'torchscript' ? TORCHSCRIPT : weakest(verdicts));
    context.emit('torch-archive', { faults });
  },
});

const TORCHSCRIPT: WeightsOnlyVerdict = {
  loads: false,
  missing: [],
  reason: 'it is a TorchScript program, which torch.jit.load runs',
};

function isTorch(probe: Probe): boolean {
  try {
    const names = readZip(probe.source, probe.budget.limits).entries.map((entry) => entry.name);
    return flavourOf(names).startsWith('torch');
  } catch (error) {
    if (error instanceof FormatError || error instanceof LimitError) return false;
    throw error;
  }
}

/** What the object needs of torch's restricted unpickler, and of the records beside it. */
function simulate(
  context: ParseContext,
  listing: ZipListing,
  entry: ZipEntry,
  faults: TorchFault[],
): WeightsOnlyVerdict | undefined {
  const source = contentOf(context, listing, entry);
  if (source === undefined) return undefined;
  const simulation = new WeightsOnlySimulation();
  const storages: StorageReference[] = [];
  const machine = new PickleMachine(source, {
    budget: context.budget,
    onEvent(event) {
      simulation.observe(event);
      const storage = storageOf(event);
      if (storage !== undefined) storages.push(storage);
    },
  });
  simulation.finish(machine.run());
  const root = OBJECT.exec(entry.name)?.[1] ?? '';
  faults.push(...checkRecords(listing, root, storages));
  return simulation.verdict();
}

/** What cannot be opened was reported when the entry itself was examined. */
function contentOf(context: ParseContext, listing: ZipListing, entry: ZipEntry): Source | undefined {
  try {
    return openEntry(listing.source, entry, context.budget).source;
  } catch (error) {
    if (error instanceof FormatError) return undefined;
    throw error;
  }
}

/** The verdict of the copy that is hardest to load; undefined when there is none. */
function weakest(verdicts: readonly (WeightsOnlyVerdict | undefined)[]): WeightsOnlyVerdict | undefined {
  const known = verdicts.filter((verdict) => verdict !== undefined);
  return known.find((verdict) => !verdict.loads) ?? known.at(-1);
}
