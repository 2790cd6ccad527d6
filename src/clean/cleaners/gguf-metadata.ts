import { readBytes } from '../../bytes/source.ts';
import { type DocumentNode, stringOf, type Visit } from '../../formats/document.ts';
import type { GgufFile } from '../../formats/gguf/gguf-file.ts';
import type { Finding } from '../../scan/report.ts';
import { bytesPlace, deletion, type Edit, type Patch, shown } from '../change.ts';
import { type CleanJob, defineCleaner, type Plan } from '../cleaner.ts';
import { planTrees } from '../document/plan-tree.ts';
import { spanOf, topOf } from '../document/reach.ts';
import { entriesOf } from '../document/remedy.ts';
import { settle, type TreeEdit } from '../document/tree-edit.ts';

/** Magic and version. */
const COUNTS_AT = 8;
const TYPE_BYTES = 4;
/** A model without these is none; what is wrong with one of them cannot be mended by taking it away. */
const ESSENTIAL = /^(?:general\.(?:architecture|alignment)|tokenizer\.ggml\..+|split\..+)$/;
/** What llama.cpp and its kin read, beside the keys under the name of the architecture. */
const KNOWN = /^(?:general|tokenizer|split|quantize|adapter|clip|imatrix|diffusion)\./;
const MAX_SHOWN_BYTES = 2000;

/** GGUF: keys are taken out or their strings mended; tensor descriptions and data stay byte for byte. */
export const ggufMetadata = defineCleaner({
  id: 'gguf-metadata',
  title: 'Keys of GGUF files',
  formats: ['gguf'],
  isWanted: (options) => options.keepMetadata !== 'all',
  plan(job) {
    const { gguf, documents } = job.examination;
    const root = documents.find(({ syntax }) => syntax === 'gguf-metadata')?.root;
    if (gguf === undefined || root === undefined) return { edits: [] };
    const edits = keyEdits(job, root);
    const tail = job.findings.flatMap((finding) => tailOf(job, finding));
    return edits.length === 0 ? { edits: tail } : new GgufPlan(job, gguf).plan(edits, tail);
  },
  difference: (before, after) => tensorDifference(before.gguf, after.gguf),
});

/** Every edit is made to a key as a whole: an item of a list goes with its list. */
function keyEdits(job: CleanJob, root: DocumentNode): readonly TreeEdit[] {
  const lifted = planTrees(job, [{ root, prefix: '' }]).map((edit): TreeEdit => {
    const top = topOf(edit.visit);
    return top.node === edit.visit.node ? edit : { ...edit, visit: top, act: { kind: 'remove' }, did: 'removed' };
  });
  return settle([...lifted, ...unknownKeys(job, root)]).filter(
    ({ visit, act }) => act.kind !== 'remove' || !ESSENTIAL.test(`${visit.step}`),
  );
}

function unknownKeys({ options: { keepMetadata } }: CleanJob, root: DocumentNode): readonly TreeEdit[] {
  if (keepMetadata === 'all') return [];
  const entries = entriesOf({ node: root, step: undefined, parent: undefined });
  const architecture = stringOf(entries.find(({ step }) => step === 'general.architecture')?.node);
  const isKnown = (key: string): boolean => KNOWN.test(key) || key.split('.')[0] === architecture;
  return entries
    .filter(({ step }) => !isKnown(`${step}`))
    .map((visit) => ({ visit, act: { kind: 'remove' }, rules: ['option'], did: 'removed' }));
}

function tailOf({ source }: CleanJob, { ruleId, location, data }: Finding): readonly Edit[] {
  if (ruleId !== 'gguf-trailing-bytes' || location.offset === undefined) return [];
  const span = { start: location.offset, end: source.size };
  const change = { place: bytesPlace(span), rules: [ruleId], was: shown(String(data['detail'])), did: 'dropped' };
  return [{ patches: [deletion(span)], change }];
}

class GgufPlan {
  readonly #job: CleanJob;
  readonly #file: GgufFile;
  readonly #little: boolean;
  readonly #countBytes: number;

  constructor(job: CleanJob, file: GgufFile) {
    this.#job = job;
    this.#file = file;
    this.#little = file.endianness === 'little';
    this.#countBytes = file.version > 1 ? 8 : 4;
  }

  plan(edits: readonly TreeEdit[], tail: readonly Edit[]): Plan {
    const planned = edits.map((edit) => this.#edit(edit));
    const removed = planned.filter(({ removes }) => removes).length;
    const keys = BigInt(this.#file.keys.length - removed);
    const count: Patch = {
      start: COUNTS_AT + this.#countBytes,
      end: COUNTS_AT + 2 * this.#countBytes,
      bytes: this.#count(keys),
    };
    const patches = [count, ...planned.flatMap((one) => one.patches)];
    const padding = this.#padding(patches.reduce((sum, one) => sum + one.bytes.length - (one.end - one.start), 0));
    const [first, ...others] = planned;
    if (first === undefined) return { edits: tail };
    return {
      edits: [{ ...first, patches: [...patches, padding] }, ...others.map((one) => ({ ...one, patches: [] })), ...tail],
    };
  }

  #edit({ visit, act, rules, did }: TreeEdit): Edit & { readonly removes: boolean } {
    const span = spanOf(visit) ?? { start: 0, end: 0 };
    const change = { place: `${visit.step}`, rules, was: this.#shown(visit), did };
    const text = act.kind === 'remove' ? undefined : this.#mended(visit, act);
    if (text === undefined)
      return {
        patches: [deletion(span)],
        change: { ...change, did: act.kind === 'remove' ? did : 'removed' },
        removes: true,
      };
    return { patches: [{ ...this.#contentOf(visit), bytes: this.#string(text) }], change, removes: false };
  }

  /** The new text of a string; undefined when it can only go, since its bytes are no UTF-8. */
  #mended(visit: Visit, act: Exclude<TreeEdit['act'], { kind: 'remove' }>): string | undefined {
    const text = stringOf(visit.node);
    if (act.kind === 'replace' || text === undefined) return act.kind === 'replace' ? act.text : undefined;
    const { start, end } = this.#contentOf(visit);
    const bytes = readBytes(this.#job.source, start + this.#countBytes, end - start - this.#countBytes);
    const isExact = new TextEncoder().encode(text).length === bytes.length && !text.includes('\ufffd');
    if (!isExact) return undefined;
    let result = '';
    let from = 0;
    for (const range of act.ranges) {
      result += text.slice(from, range.start);
      from = range.end;
    }
    return result + text.slice(from);
  }

  /** Length and bytes of a string, which follow its type. */
  #contentOf({ node }: Visit) {
    const { start = 0, end = 0 } = node.span ?? {};
    return { start: start + TYPE_BYTES, end };
  }

  #shown(visit: Visit): string {
    const text = stringOf(visit.node);
    if (text !== undefined) return shown(text);
    if (visit.node.kind === 'scalar') return shown(String(visit.node.value));
    const { start = 0, end = 0 } = visit.node.span ?? {};
    return shown(new TextDecoder().decode(readBytes(this.#job.source, start, Math.min(end - start, MAX_SHOWN_BYTES))));
  }

  #string(text: string): Uint8Array {
    const bytes = new TextEncoder().encode(text);
    const result = new Uint8Array(this.#countBytes + bytes.length);
    result.set(this.#count(BigInt(bytes.length)));
    result.set(bytes, this.#countBytes);
    return result;
  }

  #count(value: bigint): Uint8Array {
    const bytes = new Uint8Array(this.#countBytes);
    const view = new DataView(bytes.buffer);
    if (this.#countBytes === 8) view.setBigUint64(0, value, this.#little);
    else view.setUint32(0, Number(value), this.#little);
    return bytes;
  }

  /** Zeros from the end of the structure, `grown` bytes longer than it was, to where data may start. */
  #padding(grown: number): Patch {
    const { structureEnd, alignment } = this.#file;
    const { size } = this.#job.source;
    const dataStart = Math.min(Math.ceil(structureEnd / alignment) * alignment, size);
    const end = structureEnd + grown;
    const length =
      dataStart === structureEnd && size === structureEnd ? 0 : Math.ceil(end / alignment) * alignment - end;
    return { start: structureEnd, end: dataStart, bytes: new Uint8Array(length) };
  }
}

function tensorDifference(before: GgufFile | undefined, after: GgufFile | undefined): string | null {
  const list = (file: GgufFile | undefined): readonly string[] =>
    (file?.tensors ?? []).map(({ name, dimensions, type, offset }) =>
      JSON.stringify([name, dimensions.join(), type, `${offset}`]),
    );
  const [one, other] = [list(before), list(after)];
  if (before?.alignment !== after?.alignment) return 'the alignment';
  const index = one.findIndex((tensor, i) => tensor !== other[i]);
  return one.length === other.length && index === -1 ? null : `tensor ${one[index] ?? other[one.length]}`;
}
