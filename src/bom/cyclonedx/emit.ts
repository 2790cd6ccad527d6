import type { AnyRule } from '../../rules/rule.ts';
import { visible } from '../../scan/visible-text.ts';
import type { FileFact, LicenceFact, ModelFacts, Stated, TemplateFact } from '../facts.ts';
import { listedName } from '../listed-name.ts';
import { originsOf } from '../origins.ts';
import { pathReference, Refs, webAddress } from '../refs.ts';
import { totalsByFormat, type TensorTotals } from '../tensor-totals.ts';
import { uuidOf } from '../uuid.ts';
import { formulaOf } from './formulation.ts';
import { modelCardOf } from './model-card.ts';
import type { Bom, Component, ExternalReference, Hash, LicenceChoice, Property, SpecVersion } from './types.ts';
import { vulnerabilitiesOf } from './vulnerabilities.ts';

export interface EmitOptions {
  readonly specVersion: SpecVersion;
  /** When the document is made. */
  readonly timestamp: Date;
  /** For what to do about findings. */
  readonly rules: ReadonlyMap<string, AnyRule>;
}

/** A CycloneDX ML-BOM. The same facts give the same document but for its timestamp. */
export function cyclonedxOf(facts: ModelFacts, options: EmitOptions): Bom {
  return new Emission(facts, options).bom();
}

class Emission {
  readonly #facts: ModelFacts;
  readonly #options: EmitOptions;
  readonly #refs = new Refs();
  readonly #modelRef: string;
  readonly #totals: ReadonlyMap<string, TensorTotals>;
  readonly #templates: ReadonlyMap<string, readonly TemplateFact[]>;

  constructor(facts: ModelFacts, options: EmitOptions) {
    this.#facts = facts;
    this.#options = options;
    this.#modelRef = `model:${facts.root.sha256}`;
    this.#totals = new Map(facts.tensors.map((one) => [one.path, one]));
    this.#templates = Map.groupBy(facts.templates, ({ origin }) => origin.file);
  }

  bom(): Bom {
    const { specVersion, timestamp, rules } = this.#options;
    const { tool, root, findings, isComplete } = this.#facts;
    const tools: Component = { type: 'application', name: tool.name, version: tool.version };
    const refOf = (path: string): string => this.#fileRef(path);
    const files = this.#facts.files.map((file) => this.#file(file));
    const datasets = this.#datasets();
    const vulnerabilities = vulnerabilitiesOf(findings, { rules, refOf, rootDigest: root.sha256 });
    const formula = formulaOf(this.#facts, refOf);
    return {
      $schema: `http://cyclonedx.org/schema/bom-${specVersion}.schema.json`,
      bomFormat: 'CycloneDX',
      specVersion,
      serialNumber: `urn:uuid:${uuidOf(root.sha256)}`,
      version: 1,
      metadata: {
        timestamp: `${timestamp.toISOString().slice(0, 19)}Z`,
        tools: { components: [tools] },
        component: this.#model(),
      },
      components: [...files, ...datasets],
      dependencies: this.#dependencies(),
      compositions: [{ aggregate: isComplete ? 'complete' : 'incomplete', assemblies: [this.#modelRef] }],
      vulnerabilities: vulnerabilities.length === 0 ? undefined : vulnerabilities,
      formulation: formula === undefined ? undefined : [formula],
    };
  }

  #model(): Component {
    const { name, version, root, statements } = this.#facts;
    const trained = statements.datasets.map(({ value }) => this.#refs.of('data', value));
    const tested = statements.testDatasets.map(({ value }) => this.#refs.of('data', value));
    const licences = licenceChoices(statements.licences);
    const references = this.#references();
    return {
      type: 'machine-learning-model',
      'bom-ref': this.#modelRef,
      name: name.value,
      version: version?.value,
      hashes: sha256(root.sha256),
      licenses: licences.length === 0 ? undefined : licences,
      pedigree: this.#pedigree(),
      externalReferences: references.length === 0 ? undefined : references,
      modelCard: modelCardOf(statements, [...new Set([...trained, ...tested])]),
      properties: this.#modelProperties(),
    };
  }

  #pedigree(): Component['pedigree'] {
    const { baseModels, baseModelRelation } = this.#facts.statements;
    if (baseModels.length === 0) return undefined;
    const ancestors = baseModels.map(({ value }): Component => {
      const url = webAddress(value);
      return {
        type: 'machine-learning-model',
        'bom-ref': this.#refs.of('base', value),
        name: value,
        externalReferences: url === undefined ? undefined : [{ type: 'website', url }],
      };
    });
    return { ancestors, notes: baseModelRelation?.value };
  }

  #references(): readonly ExternalReference[] {
    const { root, attestations, statements } = this.#facts;
    const links = statements.licences.flatMap(({ value }) => webAddress(value.url) ?? []);
    const card = statements.task ?? statements.licences[0] ?? statements.datasets[0];
    return [
      ...(root.signature === undefined ? [] : [{ type: 'digital-signature', url: pathReference(root.signature) }]),
      ...attestations.map((file) => ({ type: 'attestation', url: pathReference(file) })),
      ...(card?.origin.file.toLowerCase().endsWith('readme.md') === true
        ? [{ type: 'model-card', url: pathReference(card.origin.file) }]
        : []),
      ...statements.licenceFiles.map((file) => ({ type: 'license', url: pathReference(file) })),
      ...[...new Set(links)].map((url) => ({ type: 'license', url })),
    ];
  }

  #modelProperties(): readonly Property[] {
    const { root, verdict, tensors, templates, notes, files } = this.#facts;
    const uncovered = files.filter((one) => !one.isCovered);
    return [
      property('rootDigest:source', root.source),
      property('files', String(files.length)),
      property('bytes', String(files.reduce((sum, one) => sum + one.size, 0))),
      property('verdict', verdict),
      ...uncovered.map(({ path }) => property('notInRootDigest', listedName(path))),
      ...totalsByFormat(tensors).flatMap((one) => tensorProperties(one, `:${one.format}`)),
      ...templates.map(({ name, sha256: digest }) => property(`template:${visible(name)}:sha256`, digest)),
      ...notes.map((note) => property('note', note)),
      ...originsOf(this.#facts).map(({ field, origin }) => property(`origin:${field}`, origin)),
    ];
  }

  #file(file: FileFact): Component {
    const totals = this.#totals.get(file.path);
    const templates = this.#templates.get(file.path) ?? [];
    return {
      type: 'file',
      'bom-ref': this.#fileRef(file.path),
      name: listedName(file.path),
      hashes: sha256(file.sha256),
      properties: [
        property('size', String(file.size)),
        property('format', file.format),
        property('verdict', file.verdict),
        ...(totals === undefined ? [] : tensorProperties(totals, '')),
        ...templates.map(({ name, sha256: digest }) => property(`template:${visible(name)}:sha256`, digest)),
      ],
    };
  }

  #datasets(): readonly Component[] {
    const { datasets, testDatasets } = this.#facts.statements;
    const uses = new Map<string, string[]>();
    for (const { value } of datasets) uses.set(value, ['training']);
    for (const { value } of testDatasets) uses.set(value, [...(uses.get(value) ?? []), 'evaluation']);
    return [...uses].map(([name, use]): Component => {
      const url = webAddress(name);
      const contents = url === undefined ? {} : { contents: { url } };
      return {
        type: 'data',
        'bom-ref': this.#refs.of('data', name),
        name,
        data: [{ type: 'dataset', name, ...contents }],
        properties: use.map((one) => property('dataset:use', one)),
      };
    });
  }

  #dependencies(): Bom['dependencies'] {
    const { files, statements } = this.#facts;
    const datasets = [...statements.datasets, ...statements.testDatasets].map(({ value }) =>
      this.#refs.of('data', value),
    );
    const bases = statements.baseModels.map(({ value }) => this.#refs.of('base', value));
    const fileRefs = files.map(({ path }) => this.#fileRef(path));
    const all = [...new Set([...fileRefs, ...datasets, ...bases])];
    return [{ ref: this.#modelRef, dependsOn: all }, ...all.map((ref) => ({ ref }))];
  }

  #fileRef(path: string): string {
    return this.#refs.of('file', path);
  }
}

function sha256(content: string): readonly Hash[] {
  return [{ alg: 'SHA-256', content }];
}

function property(name: string, value: string): Property {
  return { name: `vouchsafe:${name}`, value };
}

function tensorProperties(totals: TensorTotals, suffix: string): readonly Property[] {
  const { tensors, parameters, bytes, byDtype, refused } = totals;
  return [
    property(`tensors${suffix}`, String(tensors)),
    property(`parameters${suffix}`, String(parameters)),
    property(`tensorBytes${suffix}`, String(bytes)),
    ...byDtype.map((row) => property(`parameters${suffix}:${visible(row.dtype)}`, String(row.parameters))),
    ...(refused === 0 ? [] : [property(`refusedTensors${suffix}`, String(refused))]),
  ];
}

/** The schema takes any number of licences or one expression; several expressions become names. */
function licenceChoices(licences: readonly Stated<LicenceFact>[]): readonly LicenceChoice[] {
  const acknowledgement = 'declared';
  const [first] = licences;
  if (licences.length === 1 && first?.value.kind === 'expression') {
    return [{ expression: first.value.name, acknowledgement }];
  }
  return licences.map(({ value: { kind, name, url } }) => {
    const address = webAddress(url);
    const link = address === undefined ? {} : { url: address };
    return { license: { ...(kind === 'id' ? { id: name } : { name }), acknowledgement, ...link } };
  });
}
