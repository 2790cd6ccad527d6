import { BufferSource, readBytes, type Source } from '../../bytes/source.ts';
import { decodeText, isUtf16 } from '../../formats/decode-text.ts';
import { pointerOf } from '../../formats/document.ts';
import { isNotebook } from '../../formats/json/notebook.ts';
import { type JsonText, parseJsonValues } from '../../formats/json/parse-json.ts';
import { type Edit, shown } from '../change.ts';
import { type CleanJob, defineCleaner, type Plan } from '../cleaner.ts';
import { jsonPatches, rawText } from '../document/json-patches.ts';
import { clearNotebook } from '../document/notebook.ts';
import { planTrees, type Tree } from '../document/plan-tree.ts';
import { differenceBeyond } from '../document/same-except.ts';
import { settle, type TreeEdit } from '../document/tree-edit.ts';
import { CleanError } from '../errors.ts';
import { PatchedSource } from '../patched-source.ts';

const MAX_RAW_BYTES = 2000;

/** JSON, JSON Lines and notebooks, edited in place: every byte that is not part of a change stays. */
export const jsonDocument = defineCleaner({
  id: 'json-document',
  title: 'JSON documents and notebooks',
  formats: ['json'],
  isWanted: (options) => options.clearNotebooks,
  plan(job) {
    const bytes = readWhole(job);
    if (isUtf16(bytes)) return job.findings.length === 0 ? { edits: [] } : asUtf8(job);
    const texts = parseAll(bytes, job);
    const trees = texts.map(({ root }, index): Tree => ({ root, prefix: texts.length === 1 ? '' : `/${index}` }));
    const asked = job.options.clearNotebooks
      ? trees.filter(({ root }) => isNotebook(root)).flatMap(({ root }) => clearNotebook(root))
      : [];
    const edits = settle([...planTrees(job, trees), ...asked]);
    if (edits.length === 0) return { edits: [] };
    const plan = edits.map((edit) => toEdit(edit, trees, { bytes, base: 0 }));
    // Commas are shared between neighbours, so the bytes are changed for all of them at once.
    const [first, ...others] = plan;
    const patches = jsonPatches({ bytes, base: 0 }, edits);
    verify(job, texts, { edits, after: new PatchedSource(job.source, patches) });
    return { edits: first === undefined ? [] : [{ ...first, patches }, ...others] };
  },
});

function readWhole({ source, limits, path }: CleanJob): Uint8Array {
  const { maxDocumentBytes } = limits;
  if (source.size > maxDocumentBytes) {
    throw CleanError.of('too-large', { path, size: source.size, allowed: maxDocumentBytes });
  }
  return readBytes(source, 0, source.size);
}

function parseAll(bytes: Uint8Array, { limits }: CleanJob): readonly JsonText[] {
  return [...parseJsonValues(bytes, { limits, lenient: true, elideAfter: Number.POSITIVE_INFINITY })];
}

/** No library writes JSON in UTF-16, and RFC 8259 section 8.1 forbids it. */
function asUtf8({ source, limits }: CleanJob): Plan {
  const { text } = decodeText(source, { name: 'maxDocumentBytes', bytes: limits.maxDocumentBytes });
  const change = { place: '', rules: ['option'], was: 'UTF-16 text', did: 'written as UTF-8' };
  return { edits: [], rewritten: { source: new BufferSource(new TextEncoder().encode(text)), change } };
}

function toEdit(edit: TreeEdit, trees: readonly Tree[], text: { bytes: Uint8Array; base: number }): Edit {
  const { visit, rules, did } = edit;
  let top = visit;
  while (top.parent !== undefined) top = top.parent;
  const prefix = trees.find(({ root }) => root === top.node)?.prefix ?? '';
  const was = shown(rawText(text, visit, MAX_RAW_BYTES));
  return { patches: [], change: { place: pointerOf(visit, prefix), rules, was, did } };
}

interface Outcome {
  readonly edits: readonly TreeEdit[];
  readonly after: Source;
}

/** @throws CleanError when anything but the edits would be different. */
function verify(job: CleanJob, before: readonly JsonText[], { edits, after }: Outcome): void {
  const texts = parseAll(readBytes(after, 0, after.size), job);
  const wrong =
    texts.length === before.length
      ? before.map(({ root }, index) => differenceBeyond(root, texts[index]?.root, edits)).find((one) => one !== null)
      : `${texts.length} values where ${before.length} were`;
  if (wrong !== undefined && wrong !== null)
    throw CleanError.of('structure-changed', { path: job.path, detail: wrong });
}
