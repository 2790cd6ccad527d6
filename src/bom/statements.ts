import { get } from '../formats/document.ts';
import type { LicenceFact, MetricFact, ModelStatements, Stated } from './facts.ts';
import { isLicenceFile, licenceOf } from './licences.ts';
import type { CardText } from './readme.ts';
import {
  distinct,
  type Document,
  itemsOf,
  placeAt,
  type Place,
  scalarText,
  statedAt,
  statedList,
} from './read-nodes.ts';

/** Documents of a model folder that say something about the model, as far as they are there. */
export interface StatementSources {
  readonly card?: (CardText & { readonly file: string }) | undefined;
  readonly config?: Document | undefined;
  readonly adapterConfig?: Document | undefined;
  readonly generationConfig?: Document | undefined;
  /** Key-values of the first GGUF file. */
  readonly gguf?: Document | undefined;
  readonly paths: readonly string[];
}

/** Numbers of a `config.json` that describe the model's size and shape; others are of no use without its code. */
const HYPERPARAMETERS = [
  'hidden_size',
  'd_model',
  'n_embd',
  'intermediate_size',
  'num_hidden_layers',
  'n_layer',
  'num_layers',
  'num_attention_heads',
  'n_head',
  'num_key_value_heads',
  'head_dim',
  'num_experts',
  'num_local_experts',
  'num_experts_per_tok',
  'max_position_embeddings',
  'n_positions',
  'vocab_size',
  'hidden_act',
  'rope_theta',
  'sliding_window',
  'tie_word_embeddings',
  'torch_dtype',
  'dtype',
  'image_size',
  'patch_size',
] as const;

/** Gathers what the files say. Where two speak of the same thing the model card comes first, then the configuration. */
export function readStatements(sources: StatementSources): ModelStatements {
  const { config, gguf } = sources;
  const card = cardDocument(sources);
  const first = (...all: readonly (Stated | undefined)[]): Stated | undefined => all.find((one) => one !== undefined);
  return {
    name: first(modelName(card), at(gguf, 'general.name')),
    version: first(at(gguf, 'general.version')),
    licences: licencesOf(card, gguf),
    licenceFiles: sources.paths.filter(isLicenceFile),
    datasets: distinct([...list(card, 'datasets'), ...ggufNames(gguf, 'general.dataset')]),
    testDatasets: distinct(resultsOf(card).flatMap(({ dataset }) => dataset ?? [])),
    baseModels: baseModelsOf(sources, card),
    baseModelRelation: at(card, 'base_model_relation'),
    task: at(card, 'pipeline_tag'),
    library: at(card, 'library_name'),
    architectureFamily: first(at(config, 'model_type'), at(gguf, 'general.architecture')),
    architecture: first(list(config, 'architectures')[0]),
    languages: distinct([...list(card, 'language'), ...list(gguf, 'general.languages')]),
    tags: distinct([...list(card, 'tags'), ...list(gguf, 'general.tags')]),
    metrics: resultsOf(card).flatMap((one) => one.metrics),
    metricNames: distinct(list(card, 'metrics')),
    hyperparameters: hyperparametersOf(config),
    emissions: emissionsOf(card),
    useCases: sources.card?.useCases ?? [],
    limitations: sources.card?.limitations ?? [],
    ethics: sources.card?.ethics ?? [],
  };
}

function cardDocument({ card }: StatementSources): Document | undefined {
  return card?.front === undefined ? undefined : { file: card.file, root: card.front };
}

function at(document: Document | undefined, key: string): Stated | undefined {
  return document === undefined ? undefined : statedAt(document, key);
}

function list(document: Document | undefined, key: string): readonly Stated[] {
  return document === undefined ? [] : statedList(document, key);
}

function rootPlace(document: Document): Place {
  return { node: document.root, pointer: '' };
}

function modelName(card: Document | undefined): Stated | undefined {
  if (card === undefined) return undefined;
  const named = list(card, 'model_name')[0];
  if (named !== undefined) return named;
  const [index] = itemsOf(placeAt(rootPlace(card), 'model-index'));
  return index === undefined ? undefined : statedAt(card, 'name', index);
}

/** `other` is no licence: `license_name` says which, or nobody does. */
function licencesOf(card: Document | undefined, gguf: Document | undefined): readonly Stated<LicenceFact>[] {
  const link = at(card, 'license_link')?.value;
  const named = at(card, 'license_name');
  const stated = list(card, 'license');
  const fromCard = stated.flatMap((one) => {
    if (one.value.toLowerCase() !== 'other') return [one];
    return named === undefined ? [] : [named];
  });
  const all = fromCard.length > 0 ? fromCard : list(gguf, 'general.license');
  const url = all === fromCard ? link : at(gguf, 'general.license.link')?.value;
  return distinct(all).map(({ value, origin }) => ({ value: licenceOf(value, url), origin }));
}

function baseModelsOf({ adapterConfig, gguf }: StatementSources, card: Document | undefined): readonly Stated[] {
  const adapter = at(adapterConfig, 'base_model_name_or_path');
  return distinct([
    ...list(card, 'base_model'),
    ...(adapter === undefined ? [] : [adapter]),
    ...ggufNames(gguf, 'general.base_model'),
  ]);
}

/** At most this many numbered keys are asked for. */
const MAX_NUMBERED = 64;

/** `general.base_model.0.repo_url`, or `.name` where there is no address. */
function ggufNames(gguf: Document | undefined, prefix: string): readonly Stated[] {
  const found: Stated[] = [];
  for (let index = 0; gguf !== undefined && index < MAX_NUMBERED; index += 1) {
    const one = at(gguf, `${prefix}.${index}.repo_url`) ?? at(gguf, `${prefix}.${index}.name`);
    if (one === undefined) break;
    found.push(one);
  }
  return found;
}

function hyperparametersOf(config: Document | undefined): ModelStatements['hyperparameters'] {
  if (config === undefined) return [];
  return HYPERPARAMETERS.flatMap((name) => {
    const stated = statedAt(config, name);
    return stated === undefined ? [] : [{ name, ...stated }];
  });
}

/** `co2_eq_emissions` is a number of grams, or a map that says how it was measured. */
function emissionsOf(card: Document | undefined): ModelStatements['emissions'] {
  if (card === undefined) return [];
  const place = placeAt(rootPlace(card), 'co2_eq_emissions');
  if (place?.node.kind !== 'map') {
    const grams = at(card, 'co2_eq_emissions');
    return grams === undefined ? [] : [{ name: 'emissions', ...grams }];
  }
  const keys = ['emissions', 'source', 'training_type', 'geographical_location', 'hardware_used'];
  return keys.flatMap((name) => {
    const stated = statedAt(card, name, place);
    return stated === undefined ? [] : [{ name, ...stated }];
  });
}

interface Result {
  readonly dataset: Stated | undefined;
  readonly metrics: readonly Stated<MetricFact>[];
}

/** `model-index[].results[].metrics[]`, as the Hub's model cards have it. */
function resultsOf(card: Document | undefined): readonly Result[] {
  if (card === undefined) return [];
  return itemsOf(placeAt(rootPlace(card), 'model-index')).flatMap((model) =>
    itemsOf(placeAt(model, 'results')).map((result) => resultOf(card, result)),
  );
}

function resultOf(card: Document, result: Place): Result {
  const nested = (key: string, name: string): Stated | undefined => {
    const place = placeAt(result, key);
    return place === undefined ? undefined : statedAt(card, name, place);
  };
  const dataset = nested('dataset', 'name') ?? nested('dataset', 'type');
  const task = (nested('task', 'type') ?? nested('task', 'name'))?.value;
  const metrics = itemsOf(placeAt(result, 'metrics')).flatMap((place) => {
    const type = scalarText(get(place.node, 'type')) ?? scalarText(get(place.node, 'name'));
    const value = scalarText(get(place.node, 'value'));
    if (type === undefined || value === undefined) return [];
    const about = {
      ...(dataset === undefined ? {} : { dataset: dataset.value }),
      ...(task === undefined ? {} : { task }),
    };
    return [{ value: { type, value, ...about }, origin: { file: card.file, pointer: place.pointer } }];
  });
  return { dataset, metrics };
}
