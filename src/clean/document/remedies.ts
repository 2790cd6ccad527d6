import { get, stringOf, type Visit } from '../../formats/document.ts';
import { isEscapingPath } from '../../rules/config/paths.ts';
import { actsWhenShown } from '../../rules/config/notebook-output.ts';
import { cellsOf } from './notebook.ts';
import { child, entriesOf, itemsOf, remove, type Remedy, replace, type Wound } from './remedy.ts';
import { cutHidden, cutOrders, dropCell } from './text-remedies.ts';
import type { TreeEdit } from './tree-edit.ts';

/** What is given to a target; at the root of a document, which cannot go as a whole, these go with it. */
const ARGUMENTS: ReadonlySet<string> = new Set([
  '_args_',
  '_convert_',
  '_partial_',
  '_recursive_',
  'args',
  'init_args',
  'kwargs',
  'params',
]);
/** Rules cut the values they show to this length. */
const SHOWN_LENGTH = 200;

const entry: Remedy = ({ reached, finding }) => remove(reached.visit, finding);

/** The map that would be instantiated goes with everything that would be passed; of a root only what makes it a call. */
const holder: Remedy = ({ reached: { visit }, finding }) => {
  const { parent } = visit;
  if (parent?.parent !== undefined && parent.node.kind === 'map') return remove(parent, finding, 'removed as a whole');
  if (parent?.node.kind !== 'map') return remove(visit, finding);
  const parts = entriesOf(parent).filter(({ node, step }) => node === visit.node || ARGUMENTS.has(String(step)));
  return parts.flatMap((part) => remove(part, finding));
};

/** Works on the whole document; one inside a string goes with the string. */
function inRoot(work: (root: Visit, wound: Wound) => readonly TreeEdit[]): Remedy {
  return (wound) => {
    const { visit } = wound.reached;
    return visit.node.kind === 'scalar' ? remove(visit, wound.finding) : work(visit, wound);
  };
}

const shownAs = (value: string | undefined, data: unknown): boolean => value?.slice(0, SHOWN_LENGTH) === data;

const diffusersComponent = inRoot((root, { finding }) => {
  const name = String(finding.data['component']);
  const parts = entriesOf(root).filter(({ step }) => step === name);
  // An absent component is spelled so; a pipeline class or file has no such spelling.
  const isPart = name !== '_class_name' && name !== 'custom_pipeline';
  return parts.flatMap((part) => (isPart ? replace(part, finding, '[null, null]') : remove(part, finding)));
});

const bentoml = inRoot((root, { finding }) => {
  const docker = child(root, 'docker');
  const packages = child(docker, 'system_packages');
  const names = child(root, 'envs');
  const places = [
    ...(packages === undefined ? [] : [packages, ...itemsOf(packages)]),
    child(docker, 'base_image'),
    ...(names === undefined ? [] : itemsOf(names).map((item) => child(item, 'name'))),
  ];
  const bad = places.filter((place) => shownAs(stringOf(place?.node), finding.data['value']));
  return bad.flatMap((place) => remove(place?.step === 'name' ? place.parent : place, finding));
});

const mlflow: Remedy = (wound) => {
  const { finding, reached } = wound;
  const what = String(finding.data['what']);
  // A flavour without a loader is none; the other flavours stay.
  if (what === 'imports a loader') return holder(wound);
  if (what.startsWith('a requirement')) return requirements(wound);
  const flavour = child(reached.visit, 'python_function');
  return ['code', 'model_code_path'].flatMap((key) => {
    const part = child(flavour, key);
    return stringOf(part?.node) === finding.data['value'] ? remove(part, finding) : [];
  });
};

const requirements = inRoot((root, { finding }) => {
  const pending = [child(root, 'dependencies'), child(root, 'build_dependencies')];
  const edits: TreeEdit[] = [];
  for (let place = pending.pop(); pending.length > 0 || place !== undefined; place = pending.pop()) {
    if (place === undefined) continue;
    pending.push(...itemsOf(place), ...entriesOf(place));
    if (shownAs(stringOf(place.node), finding.data['value'])) edits.push(...remove(place, finding));
  }
  return edits;
});

const notebookOutput = inRoot((root, { finding }) => {
  const cell = cellsOf(root)[Number(finding.data['cell'])];
  const outputs = child(cell, 'outputs');
  return (outputs === undefined ? [] : itemsOf(outputs)).flatMap((output) => {
    const parts = [...entriesOf(output), ...entriesOf(child(output, 'data') ?? output)];
    const active = parts.filter(({ step, node }) => actsWhenShown(String(step), node));
    return active.flatMap((part) => remove(part, finding, 'part of an output removed'));
  });
});

const notebookCode = inRoot((root, wound) => {
  const cell = cellsOf(root)[Number(wound.finding.data['cell'])];
  return cell === undefined ? [] : dropCell(wound, cell);
});

const weightMap = inRoot((map, { finding, mended }) => {
  if (map.node.kind !== 'map' || mended.has(map.node)) return [];
  mended.add(map.node);
  return entriesOf(map)
    .filter(({ node }) => isEscapingPath(stringOf(node) ?? ''))
    .flatMap((part) => remove(part, finding));
});

const sentenceTransformers: Remedy = (wound) => {
  const { visit } = wound.reached;
  if (visit.step === 'type') return holder(wound);
  if (visit.step !== 'types') return entry(wound);
  const named = entriesOf(visit).filter(({ node }) => stringOf(node)?.includes('.') === true);
  return named.flatMap((part) => remove(part, wound.finding));
};

/** A stage that is nothing but the rule becomes none; in a sequence of rules the others stay. */
const tokenizerRewrite: Remedy = ({ reached: { visit }, finding }) =>
  visit.parent?.parent === undefined ? replace(visit, finding, 'null') : remove(visit, finding);

const torchserve: Remedy = ({ reached: { visit }, finding }) =>
  remove(child(visit.parent, String(finding.data['key'])), finding);

/** With the trust gone, pointing elsewhere is what nearly every model does. */
const crossRepository: Remedy = (wound) => (wound.fired.has('hf-trust-remote-code') ? [] : entry(wound));

const interpolation: Remedy = (wound) =>
  /^(?:_target_|class_path)$/.test(String(wound.reached.visit.step)) ? holder(wound) : entry(wound);

const peftImport: Remedy = ({ reached: { visit }, finding }) =>
  visit.step === 'auto_mapping' ? replace(visit, finding, 'null') : remove(visit, finding);

const trust: Remedy = ({ reached: { visit }, finding }) => replace(visit, finding, 'false');

/** Another template in its place, or none; in a list of named ones the others stay. */
const template: Remedy = ({ reached: { visit, rest }, finding, template: instead }) => {
  if (instead !== null && rest.length === 0) {
    const { name, text } = instead;
    const act = { kind: 'replace', literal: JSON.stringify(text), text } as const;
    return [{ visit, act, rules: [finding.ruleId], did: `replaced by the template ${name}` }];
  }
  const isNamed = visit.step === 'template' && get(visit.parent?.node, 'name') !== undefined;
  return remove(isNamed ? visit.parent : visit, finding);
};

/** Like a template with other errors, unless hiding is all that is wrong with it. */
const templateText: Remedy = (wound) => {
  const others = [...wound.fired].some((rule) => TEMPLATE_RULES.has(rule));
  const edits = others ? [] : cutHidden({ ...wound, nature: 'code' });
  return edits.length > 0 ? edits : template(wound);
};

/** What makes a template poisoned beyond its invisible characters. */
export const TEMPLATE_RULES: ReadonlySet<string> = new Set([
  'jinja-backdoor',
  'jinja-dos',
  'jinja-ssti',
  'jinja-unknown-call',
  'jinja-unparsed',
]);

/** What is done about findings in trees, by rule. A rule that is not here has no remedy. */
export const remedies: Readonly<Record<string, Remedy>> = {
  'agent-instructions': cutOrders,
  'bentoml-injection': bentoml,
  'config-callable': holder,
  'config-expression': entry,
  'config-interpolation': interpolation,
  'config-target-alias': holder,
  'config-target-exec': holder,
  'config-target-unknown': holder,
  'diffusers-component': diffusersComponent,
  'hf-attention-kernel': entry,
  'hf-auto-map': entry,
  'hf-cross-repository': crossRepository,
  'hf-trust-remote-code': trust,
  'hidden-unicode': cutHidden,
  'jinja-backdoor': template,
  'jinja-dos': template,
  'jinja-hidden-text': templateText,
  'jinja-ssti': template,
  'jinja-unknown-call': template,
  'jinja-unparsed': template,
  'lightning-instantiator': entry,
  'mlflow-code': mlflow,
  'notebook-code': notebookCode,
  'notebook-output': notebookOutput,
  'peft-import': peftImport,
  'sentence-transformers-module': sentenceTransformers,
  'skops-type': holder,
  'tokenizer-rewrite': tokenizerRewrite,
  'torchserve-handler': torchserve,
  'weight-map-path': weightMap,
  'yaml-tag': entry,
};
