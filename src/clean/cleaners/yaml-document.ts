import { BufferSource, readBytes } from '../../bytes/source.ts';
import { decodeText, isUtf16 } from '../../formats/decode-text.ts';
import { pointerOf } from '../../formats/document.ts';
import { TextOffsets } from '../../formats/text-offsets.ts';
import { parseYaml, type YamlDocument } from '../../formats/yaml/parse-yaml.ts';
import type { Finding } from '../../scan/report.ts';
import { type Edit, shown } from '../change.ts';
import { type CleanJob, defineCleaner, type Plan } from '../cleaner.ts';
import { planTrees } from '../document/plan-tree.ts';
import { differenceBeyond } from '../document/same-except.ts';
import { spanOf } from '../document/reach.ts';
import { settle, type TreeEdit } from '../document/tree-edit.ts';
import { type TextPatch, yamlPatches } from '../document/yaml-patches.ts';
import { CleanError } from '../errors.ts';

/** A carriage return alone ends a line for some readers and not for others. */
const LONE_RETURN = /\r(?!\n)/g;
/** So do these, which end a line in YAML 1.1 and are characters of a text in 1.2. */
const OLD_BREAK = /[\u0085\u2028\u2029]/;

/** YAML, edited in place: comments, quotes and order of everything that is not part of a change stay. */
export const yamlDocument = defineCleaner({
  id: 'yaml-document',
  title: 'YAML documents',
  formats: ['yaml'],
  plan(job) {
    const { text, start } = textOf(job);
    if (OLD_BREAK.test(text)) {
      const detail = 'its lines end differently in YAML 1.1 and 1.2';
      throw CleanError.of('ambiguous', { path: job.path, detail });
    }
    const plain = text.replace(LONE_RETURN, '\n');
    if (plain !== text || isUtf16(readBytes(job.source, 0, 2))) return rewritten(plain);
    return new YamlPlan(job, text, start).plan();
  },
});

function textOf({ source, limits }: CleanJob) {
  return decodeText(source, { name: 'maxYamlBytes', bytes: limits.maxYamlBytes });
}

function rewritten(text: string): Plan {
  const change = {
    place: '',
    rules: ['option'],
    was: 'UTF-16 text or lone carriage returns',
    did: 'written as UTF-8 with plain line ends',
  };
  return { edits: [], rewritten: { source: new BufferSource(new TextEncoder().encode(text)), change } };
}

class YamlPlan {
  readonly #job: CleanJob;
  readonly #text: string;
  readonly #offsets: TextOffsets;
  readonly #documents: readonly YamlDocument[];

  constructor(job: CleanJob, text: string, start: number) {
    this.#job = job;
    this.#text = text;
    this.#offsets = new TextOffsets(text, start);
    this.#documents = parseYaml(text, job.limits);
  }

  plan(): Plan {
    const trees = this.#documents.map(({ root }) => ({ root, prefix: '' }));
    const findings = this.#job.findings.map((one) => this.#placed(one));
    const edits = settle(planTrees({ ...this.#job, findings }, trees)).filter(isFirstOfItsPlace());
    const patches = edits.length === 0 ? [] : this.#patches(edits);
    const [first, ...others] = edits.map((edit) => this.#edit(edit));
    return { edits: first === undefined ? [] : [{ ...first, patches: this.#inBytes(patches) }, ...others] };
  }

  /** Findings tell byte offsets, the trees of this plan positions of characters. */
  #placed(finding: Finding): Finding {
    const { offset } = finding.location;
    if (offset === undefined) return finding;
    let low = 0;
    let high = this.#text.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (this.#offsets.at(middle) < offset) low = middle + 1;
      else high = middle;
    }
    return { ...finding, location: { ...finding.location, offset: low } };
  }

  /** @throws CleanError when an edit would touch what is to stay. */
  #patches(edits: readonly TreeEdit[]): readonly TextPatch[] {
    const patches = yamlPatches(this.#text, edits);
    const { path } = this.#job;
    if (patches === null) {
      throw CleanError.of('structure-changed', { path, detail: 'a part of it has no place of its own in the text' });
    }
    const after = parseYaml(applied(this.#text, patches), this.#job.limits);
    const broken = after.find(({ error }) => error !== undefined)?.error?.message;
    const detail = broken ?? this.#difference(after, edits);
    if (detail !== null) throw CleanError.of('structure-changed', { path, detail });
    return patches;
  }

  #difference(after: readonly YamlDocument[], edits: readonly TreeEdit[]): string | null {
    if (after.length !== this.#documents.length)
      return `${after.length} documents where ${this.#documents.length} were`;
    for (const [index, { root }] of this.#documents.entries()) {
      const difference = differenceBeyond(root, after[index]?.root, edits);
      if (difference !== null) return difference;
    }
    return null;
  }

  #edit({ visit, rules, did }: TreeEdit): Edit {
    const { start = 0, end = 0 } = spanOf(visit) ?? {};
    return { patches: [], change: { place: pointerOf(visit), rules, was: shown(this.#text.slice(start, end)), did } };
  }

  #inBytes(patches: readonly TextPatch[]): Edit['patches'] {
    const encoder = new TextEncoder();
    return patches.map(({ start, end, text }) => ({
      start: this.#offsets.at(start),
      end: this.#offsets.at(end),
      bytes: encoder.encode(text),
    }));
  }
}

/** An alias shows one place of the text several times, and it is changed once. */
function isFirstOfItsPlace(): (edit: TreeEdit) => boolean {
  const seen = new Set<string>();
  return ({ visit, act }) => {
    const span = spanOf(visit);
    const place = `${act.kind} ${span?.start} ${span?.end}`;
    return seen.size < seen.add(place).size;
  };
}

function applied(text: string, patches: readonly TextPatch[]): string {
  let result = '';
  let from = 0;
  for (const patch of patches.toSorted((a, b) => a.start - b.start || b.end - a.end)) {
    if (patch.end <= from) continue;
    result += text.slice(from, Math.max(from, patch.start)) + patch.text;
    from = patch.end;
  }
  return result + text.slice(from);
}
