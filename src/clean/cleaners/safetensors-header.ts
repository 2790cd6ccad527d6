import { readBytes } from '../../bytes/source.ts';
import { type DocumentNode, pointerOf, type Visit } from '../../formats/document.ts';
import { parseJsonValue } from '../../formats/json/parse-json.ts';
import type { SafetensorsFile } from '../../formats/safetensors/safetensors-file.ts';
import type { Finding } from '../../scan/report.ts';
import { bytesPlace, type Change, deletion, type Edit, type Patch, shown } from '../change.ts';
import { type CleanJob, defineCleaner, type Plan } from '../cleaner.ts';
import { jsonPatches, rawText } from '../document/json-patches.ts';
import { duplicates, planTrees } from '../document/plan-tree.ts';
import { child, entriesOf, remove } from '../document/remedy.ts';
import { settle, type TreeEdit } from '../document/tree-edit.ts';
import { CleanError } from '../errors.ts';
import { PatchedSource } from '../patched-source.ts';
import { BufferSource } from '../../bytes/source.ts';

const LENGTH_BYTES = 8;
const ALIGNMENT = 8;
const SPACE = 0x20;
const METADATA = '__metadata__';
/** Metadata that loaders read: transformers refuses a file without `format`, the others name what the tensors are. */
const SAFE_KEYS =
  /^(?:format|total_size|quantization|modelspec\.(?:sai_model_spec|architecture|implementation|prediction_type|resolution))$/;
/** Oddities of the header that writing it again makes an end of. */
const REWRITTEN: ReadonlySet<string> = new Set([
  'leading-white-space',
  'byte-order-mark',
  'header-junk',
  'odd-padding',
  'unaligned-data',
]);

/** Safetensors: the header is written again without what is dangerous in it; tensor data stays byte for byte. */
export const safetensorsHeader = defineCleaner({
  id: 'safetensors-header',
  title: 'Metadata and header of safetensors files',
  formats: ['safetensors'],
  isWanted: (options) => options.keepMetadata !== 'all',
  plan(job) {
    const file = job.examination.safetensors;
    if (file === undefined) return { edits: [] };
    const { bytes, root } = readHeader(job, file);
    const text = { bytes, base: LENGTH_BYTES };
    const edits = treeEdits(job, root);
    const repairs = job.findings.flatMap((finding) => repairOf(job, file, finding));
    if (edits.length === 0 && repairs.length === 0) return { edits: [] };
    const changes = edits.map((edit) => changeOf(edit, root, rawText(text, edit.visit, 2000)));
    const header = {
      ...deletion({ start: 0, end: file.dataStart }),
      bytes: written(bytes, root, jsonPatches(text, edits)),
    };
    return asPlan([...changes.map((change) => ({ patches: [], change })), ...repairs], header);
  },
  difference: (before, after) => tensorDifference(before.safetensors, after.safetensors),
});

function readHeader(
  { source, limits, path }: CleanJob,
  file: SafetensorsFile,
): { bytes: Uint8Array; root: DocumentNode } {
  const bytes = readBytes(source, LENGTH_BYTES, file.headerBytes);
  const { root } = parseJsonValue(bytes, { limits, offset: LENGTH_BYTES });
  // The lowest bound of what may be repeated safely is nothing: readers disagree about tensors, not about remarks alone.
  if (duplicates(root).length > 0) {
    throw CleanError.of('ambiguous', { path, detail: 'a name stands twice in its header' });
  }
  return { bytes, root };
}

/** Metadata is a document of its own, a flat map of strings: what is dangerous in one of them goes with it, or is cut out. */
function treeEdits(job: CleanJob, root: DocumentNode): readonly TreeEdit[] {
  const whole = child({ node: root, step: undefined, parent: undefined }, METADATA);
  if (whole === undefined) return [];
  const found = planTrees(job, [{ root: whole.node, prefix: `/${METADATA}` }]);
  const faults = job.findings.flatMap((finding) => metadataFault(whole, finding));
  return settle([...found, ...faults, ...unwanted(job, whole)]);
}

function metadataFault(whole: Visit, finding: Finding): readonly TreeEdit[] {
  const fault = finding.data['fault'];
  if (!finding.ruleId.startsWith('safetensors-')) return [];
  if (fault === 'metadata-null' || fault === 'metadata-not-a-map') return remove(whole, finding);
  if (fault !== 'metadata-value') return [];
  return remove(child(topmost(whole), String(finding.location.pointer).slice(METADATA.length + 1)), finding);
}

function unwanted({ options: { keepMetadata } }: CleanJob, whole: Visit): readonly TreeEdit[] {
  if (keepMetadata === 'all') return [];
  const gone =
    keepMetadata === 'none' ? [whole] : entriesOf(topmost(whole)).filter(({ step }) => !SAFE_KEYS.test(`${step}`));
  return gone.map((visit) => ({ visit, act: { kind: 'remove' }, rules: ['option'], did: 'removed' }));
}

/** The metadata as the root that the places in it count from. */
function topmost({ node }: Visit): Visit {
  return { node, step: undefined, parent: undefined };
}

function changeOf({ visit, rules, did }: TreeEdit, root: DocumentNode, was: string): Change {
  const prefix = visit.parent?.node === root ? '' : `/${METADATA}`;
  return { place: pointerOf(visit, prefix), rules, was: shown(was), did };
}

/** What writing the header again repairs, and bytes behind the last tensor, which are dropped. */
function repairOf({ source }: CleanJob, file: SafetensorsFile, { ruleId, data, location }: Finding): readonly Edit[] {
  const fault = String(data['fault']);
  const { offset = 0, length = 0 } = location;
  const place = bytesPlace({ start: offset, end: offset + length });
  const was = shown(String(data['detail']));
  if (ruleId === 'safetensors-irregular-header' && REWRITTEN.has(fault)) {
    return [{ patches: [], change: { place, rules: [ruleId], was, did: 'header written again' } }];
  }
  if (ruleId !== 'safetensors-trailing-bytes') return [];
  const end =
    file.dataStart + Number(file.tensors.reduce((most, tensor) => (tensor.end > most ? tensor.end : most), 0n));
  return [
    { patches: [deletion({ start: end, end: source.size })], change: { place, rules: [ruleId], was, did: 'dropped' } },
  ];
}

/** The length, the JSON with its changes, and spaces up to the next multiple of 8. */
function written(bytes: Uint8Array, root: DocumentNode, patches: readonly Patch[]): Uint8Array {
  const { start = LENGTH_BYTES, end = LENGTH_BYTES } = root.span ?? {};
  const around = [
    deletion({ start: 0, end: start - LENGTH_BYTES }),
    deletion({ start: end - LENGTH_BYTES, end: bytes.length }),
  ];
  const inHeader = patches.map((patch) => ({
    ...patch,
    start: patch.start - LENGTH_BYTES,
    end: patch.end - LENGTH_BYTES,
  }));
  const json = new PatchedSource(new BufferSource(bytes), [...around, ...inHeader]);
  const length = Math.ceil(json.size / ALIGNMENT) * ALIGNMENT;
  const header = new Uint8Array(LENGTH_BYTES + length).fill(SPACE, LENGTH_BYTES);
  new DataView(header.buffer).setBigUint64(0, BigInt(length), true);
  json.read(0, header.subarray(LENGTH_BYTES, LENGTH_BYTES + json.size));
  return header;
}

function asPlan([first, ...others]: readonly Edit[], header: Patch): Plan {
  return { edits: first === undefined ? [] : [{ ...first, patches: [header, ...first.patches] }, ...others] };
}

function tensorDifference(before: SafetensorsFile | undefined, after: SafetensorsFile | undefined): string | null {
  const list = (file: SafetensorsFile | undefined): readonly string[] =>
    (file?.tensors ?? []).map(({ name, dtype, shape, begin, end }) =>
      JSON.stringify([name, dtype, shape.join(), `${begin}-${end}`]),
    );
  const [one, other] = [list(before), list(after)];
  const index = one.findIndex((tensor, i) => tensor !== other[i]);
  return one.length === other.length && index === -1 ? null : `tensor ${one[index] ?? other[one.length]}`;
}
