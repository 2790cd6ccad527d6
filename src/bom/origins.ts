import { visible } from '../scan/visible-text.ts';
import type { ModelFacts, Origin, Stated } from './facts.ts';

/** One field of a bill of materials: what it says, and where that was read or how it was measured. */
export interface FieldOrigin {
  readonly field: string;
  readonly value: string;
  readonly origin: string;
}

/** `README.md /license` */
function originText({ file, pointer }: Origin): string {
  return pointer === '' ? visible(file) : `${visible(file)} ${visible(pointer)}`;
}

/** Every statement in a bill of materials with its source, in the order of the document. */
export function originsOf(facts: ModelFacts): readonly FieldOrigin[] {
  const { statements } = facts;
  const stated = (field: string, all: readonly (Stated | undefined)[]): FieldOrigin[] =>
    all.flatMap((one) => (one === undefined ? [] : [{ field, value: one.value, origin: originText(one.origin) }]));
  return [
    ...stated('name', [facts.name]),
    ...stated('version', [facts.version]),
    { field: 'root digest', value: facts.root.sha256, origin: rootOrigin(facts) },
    ...statements.licences.map(({ value, origin }) => ({
      field: 'licence',
      value: value.name,
      origin: originText(origin),
    })),
    ...statements.licenceFiles.map((file) => ({ field: 'licence text', value: visible(file), origin: 'file name' })),
    ...stated('base model', statements.baseModels),
    ...stated('base model relation', [statements.baseModelRelation]),
    ...stated('data set', statements.datasets),
    ...stated('evaluation data set', statements.testDatasets),
    ...stated('task', [statements.task]),
    ...stated('library', [statements.library]),
    ...stated('architecture family', [statements.architectureFamily]),
    ...stated('architecture', [statements.architecture]),
    ...stated('language', statements.languages),
    ...stated('tag', statements.tags),
    ...statements.metrics.map(({ value, origin }) => ({
      field: `metric ${value.type}`,
      value: value.value,
      origin: originText(origin),
    })),
    ...stated('metric name', statements.metricNames),
    ...statements.hyperparameters.flatMap((one) => stated(`hyperparameter ${one.name}`, [one])),
    ...statements.emissions.flatMap((one) => stated(`co2 ${one.name}`, [one])),
    ...stated('use case', statements.useCases),
    ...stated('limitation', statements.limitations),
    ...stated('ethical consideration', statements.ethics),
    ...facts.templates.map(({ name, sha256, origin }) => ({
      field: `chat template ${visible(name)}`,
      value: sha256,
      origin: originText(origin),
    })),
    ...facts.tensors.map(({ path, parameters, format }) => ({
      field: 'parameters',
      value: String(parameters),
      origin: `counted in ${visible(path)} (${format})`,
    })),
  ];
}

function rootOrigin({ root, files }: ModelFacts): string {
  const measured = `computed over ${files.filter((one) => one.isCovered).length} files`;
  return root.source === 'signed' ? `${visible(root.signature ?? '')}, and ${measured}` : measured;
}
