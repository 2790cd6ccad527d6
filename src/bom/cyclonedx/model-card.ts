import type { ModelStatements, Stated } from '../facts.ts';
import type { ModelCard, Property } from './types.ts';

/** The model card, with only those parts that the files speak of; undefined when that is none. */
export function modelCardOf(statements: ModelStatements, datasetRefs: readonly string[]): ModelCard | undefined {
  const card: ModelCard = {
    ...part('modelParameters', {
      task: statements.task?.value,
      architectureFamily: statements.architectureFamily?.value,
      modelArchitecture: statements.architecture?.value,
      datasets: datasetRefs.length === 0 ? undefined : datasetRefs.map((ref) => ({ ref })),
    }),
    ...part('quantitativeAnalysis', { performanceMetrics: metricsOf(statements) }),
    ...part('considerations', considerationsOf(statements)),
    ...part('properties', propertiesOf(statements)),
  };
  return Object.keys(card).length === 0 ? undefined : card;
}

/** `{[name]: content}` unless there is nothing in it. */
function part(name: string, content: object): object {
  const isEmpty = Array.isArray(content)
    ? content.length === 0
    : Object.values(content).every((value) => value === undefined);
  return isEmpty ? {} : { [name]: content };
}

function listOf<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function metricsOf({ metrics }: ModelStatements) {
  return listOf(
    metrics.map(({ value: { type, value, dataset, task } }) => {
      const slice = [dataset, task].filter((one) => one !== undefined).join(', ');
      return { type, value, ...(slice === '' ? {} : { slice }) };
    }),
  );
}

function considerationsOf({ useCases, limitations, ethics, emissions }: ModelStatements): object {
  const texts = (all: readonly Stated[]): readonly string[] | undefined => listOf(all.map(({ value }) => value));
  const energy = emissions.map(({ name, value }) => ({ name: `vouchsafe:co2:${name}`, value }));
  return {
    useCases: texts(useCases),
    technicalLimitations: texts(limitations),
    ethicalConsiderations: listOf(ethics.map(({ value }) => ({ name: value }))),
    environmentalConsiderations: energy.length === 0 ? undefined : { properties: energy },
  };
}

/** What has no field of its own, then where each field was read. */
function propertiesOf(statements: ModelStatements): readonly Property[] {
  const { library, languages, tags, metricNames, hyperparameters, baseModelRelation } = statements;
  const single = (name: string, one: Stated | undefined): Property[] =>
    one === undefined ? [] : [{ name: `vouchsafe:card:${name}`, value: one.value }];
  return [
    ...single('library', library),
    ...single('baseModelRelation', baseModelRelation),
    ...languages.flatMap((one) => single('language', one)),
    ...tags.flatMap((one) => single('tag', one)),
    ...metricNames.flatMap((one) => single('metric', one)),
    ...hyperparameters.map(({ name, value }) => ({ name: `vouchsafe:config:${name}`, value })),
  ];
}
