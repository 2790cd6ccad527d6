import type { AnyRule } from '../../rules/rule.ts';
import { cyclonedxOf } from '../cyclonedx/emit.ts';
import type { Bom, Component, Property, Vulnerability } from '../cyclonedx/types.ts';
import type { ModelFacts, Stated } from '../facts.ts';
import { licenceExpression } from '../licences.ts';
import { listedName } from '../listed-name.ts';
import { Refs, webAddress } from '../refs.ts';
import { uuidOf } from '../uuid.ts';
import { buildElements } from './build.ts';
import { SpdxGraph } from './graph.ts';

export interface SpdxOptions {
  readonly timestamp: Date;
  readonly rules: ReadonlyMap<string, AnyRule>;
}

/** An SPDX 3.0.1 document in JSON-LD. */
export interface SpdxDocument {
  readonly '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld';
  readonly '@graph': readonly object[];
}

/**
 * An SPDX 3.0.1 document: the model as an AI package, its files, data sets, licences and findings. Profiles whose
 * required fields nobody knows (a supplier, a place to download from) are not claimed.
 */
export function spdxOf(facts: ModelFacts, options: SpdxOptions): SpdxDocument {
  const graph = new SpdxGraph(`https://spdx.org/spdxdocs/vouchsafe-${uuidOf(`${facts.root.sha256} spdx`)}`);
  new Emission(facts, graph, cyclonedxOf(facts, { ...options, specVersion: '1.6' })).emit(options.timestamp);
  return { '@context': 'https://spdx.org/rdf/3.0.1/spdx-context.jsonld', '@graph': graph.elements };
}

class Emission {
  readonly #facts: ModelFacts;
  readonly #graph: SpdxGraph;
  /** The same facts as CycloneDX has them: what SPDX has no field for is carried over as properties. */
  readonly #bom: Bom;
  readonly #files = new Map<string, string>();

  constructor(facts: ModelFacts, graph: SpdxGraph, bom: Bom) {
    this.#facts = facts;
    this.#graph = graph;
    this.#bom = bom;
  }

  emit(timestamp: Date): void {
    const graph = this.#graph;
    const { tool, conversion } = this.#facts;
    const document = graph.reserve('document');
    const sbom = graph.reserve('sbom');
    const agent = graph.reserve('tool');
    graph.creationInfo(timestamp, agent);
    graph.put(agent, 'SoftwareAgent', { name: `${tool.name} ${tool.version}` });
    const model = this.#model();
    this.#addFiles(model);
    this.#datasets(model);
    this.#baseModels(model);
    this.#licences(model);
    for (const one of this.#bom.vulnerabilities ?? []) this.#vulnerability(one);
    if (conversion !== undefined) buildElements(graph, conversion, this.#files);
    graph.put(sbom, 'software_Sbom', { software_sbomType: ['analyzed'], rootElement: [model], element: graph.ids() });
    graph.put(document, 'SpdxDocument', {
      profileConformance: ['core', 'software', 'simpleLicensing', 'security', 'extension'],
      rootElement: [sbom],
    });
  }

  #model(): string {
    const { name, version, root, statements } = this.#facts;
    const { task, architectureFamily, architecture, limitations, useCases } = statements;
    const types = [architectureFamily, architecture].flatMap((one) => one?.value ?? []);
    const joined = (all: readonly Stated[]): string | undefined =>
      all.length === 0 ? undefined : all.map(({ value }) => value).join(' ');
    const metrics = statements.metrics.map(({ value: { type, value, dataset } }) =>
      entry(dataset === undefined ? type : `${type} (${dataset})`, value),
    );
    return this.#graph.add('model', 'ai_AIPackage', {
      name: name.value,
      software_packageVersion: version?.value,
      software_primaryPurpose: 'model',
      verifiedUsing: [hash(root.sha256)],
      ai_domain: filled(task === undefined ? [] : [task.value]),
      ai_typeOfModel: filled(types),
      ai_hyperparameter: filled(statements.hyperparameters.map((one) => entry(one.name, one.value))),
      ai_metric: filled(metrics),
      ai_limitation: joined(limitations),
      ai_informationAboutApplication: joined(useCases),
      extension: extensionOf([...(this.#bom.metadata.component.properties ?? []), ...cardProperties(this.#bom)]),
    });
  }

  #addFiles(model: string): void {
    const listed = new Map(this.#bom.components.map((one) => [one['bom-ref'], one]));
    const refs = new Refs();
    const ids = this.#facts.files.map((file) => {
      const component = listed.get(refs.of('file', file.path));
      const id = this.#graph.add('file', 'software_File', {
        name: listedName(file.path),
        verifiedUsing: [hash(file.sha256)],
        software_fileKind: 'file',
        extension: extensionOf(component?.properties ?? []),
      });
      this.#files.set(file.path, id);
      return id;
    });
    this.#graph.relate(model, 'contains', ids, { completeness: this.#facts.isComplete ? 'complete' : 'incomplete' });
  }

  #datasets(model: string): void {
    const { datasets, testDatasets } = this.#facts.statements;
    const ids = new Map<string, string>();
    const of = ({ value }: Stated): string => {
      const known =
        ids.get(value) ??
        this.#graph.add('dataset', 'dataset_DatasetPackage', {
          name: value,
          dataset_datasetType: ['noAssertion'],
          software_homePage: webAddress(value),
        });
      ids.set(value, known);
      return known;
    };
    this.#graph.relate(model, 'trainedOn', datasets.map(of), { completeness: 'noAssertion' });
    this.#graph.relate(model, 'testedOn', testDatasets.map(of), { completeness: 'noAssertion' });
  }

  #baseModels(model: string): void {
    const ids = this.#facts.statements.baseModels.map(({ value }) =>
      this.#graph.add('base', 'ai_AIPackage', {
        name: value,
        software_primaryPurpose: 'model',
        software_homePage: webAddress(value),
      }),
    );
    this.#graph.relate(model, 'descendantOf', ids, { completeness: 'noAssertion' });
  }

  #licences(model: string): void {
    const { licences, licenceFiles } = this.#facts.statements;
    const ids = licences.map(({ value }) => {
      const address = webAddress(value.url);
      return this.#graph.add('licence', 'simplelicensing_LicenseExpression', {
        name: value.kind === 'name' ? value.name : undefined,
        simplelicensing_licenseExpression: licenceExpression(value),
        externalRef: filled(
          address === undefined ? [] : [{ type: 'ExternalRef', externalRefType: 'license', locator: [address] }],
        ),
      });
    });
    for (const id of ids) this.#graph.relate(model, 'hasDeclaredLicense', [id]);
    const texts = licenceFiles.flatMap((path) => this.#files.get(path) ?? []);
    this.#graph.relate(model, 'hasDocumentation', texts);
  }

  #vulnerability(one: Vulnerability): void {
    const graph = this.#graph;
    const byRef = new Map<string, string>();
    const refs = new Refs();
    for (const [path, id] of this.#files) byRef.set(refs.of('file', path), id);
    const affected = one.affects.flatMap(({ ref }) => byRef.get(ref) ?? []);
    const identifiers = (one.references ?? []).map(({ id }) => ({
      type: 'ExternalIdentifier',
      externalIdentifierType: id.startsWith('CVE-') ? 'cve' : 'securityOther',
      identifier: id,
    }));
    const id = graph.add('finding', 'security_Vulnerability', {
      name: one.id,
      summary: one.description,
      description: one.detail,
      externalIdentifier: filled(identifiers),
    });
    for (const file of affected) graph.relate(file, 'hasAssociatedVulnerability', [id]);
    const { type, relationshipType, note } = VEX[one.analysis.state] ?? VEX_TRIAGE;
    const statement = { [note]: one.analysis.detail, ...actionOf(type, one) };
    graph.relate(id, relationshipType, affected, { ...statement }, type);
  }
}

interface Vex {
  readonly type: string;
  readonly relationshipType: string;
  readonly note: string;
}

const VEX_TRIAGE: Vex = {
  type: 'security_VexUnderInvestigationVulnAssessmentRelationship',
  relationshipType: 'underInvestigationFor',
  note: 'security_statusNotes',
};

const VEX: Readonly<Record<string, Vex>> = {
  in_triage: VEX_TRIAGE,
  exploitable: {
    type: 'security_VexAffectedVulnAssessmentRelationship',
    relationshipType: 'affects',
    note: 'security_statusNotes',
  },
  not_affected: {
    type: 'security_VexNotAffectedVulnAssessmentRelationship',
    relationshipType: 'doesNotAffect',
    note: 'security_impactStatement',
  },
};

function actionOf(type: string, { recommendation }: Vulnerability): object {
  return type === VEX['exploitable']?.type
    ? { security_actionStatement: recommendation ?? 'do not load the file' }
    : {};
}

function hash(hashValue: string): object {
  return { type: 'Hash', algorithm: 'sha256', hashValue };
}

function entry(key: string, value: string): object {
  return { type: 'DictionaryEntry', key, value };
}

function filled<Item>(items: readonly Item[]): readonly Item[] | undefined {
  return items.length === 0 ? undefined : items;
}

function cardProperties({ metadata }: Bom): readonly Property[] {
  const card: Component['modelCard'] = metadata.component.modelCard;
  return [
    ...(card?.properties ?? []).filter(({ name }) => !name.startsWith('vouchsafe:config:')),
    ...(card?.considerations?.environmentalConsiderations?.properties ?? []),
  ];
}

/** CycloneDX properties, for which SPDX has an extension. */
function extensionOf(properties: readonly Property[]): readonly object[] | undefined {
  if (properties.length === 0) return undefined;
  const extension_cdxProperty = properties.map(({ name, value }) => ({
    type: 'extension_CdxPropertyEntry',
    extension_cdxPropName: name,
    extension_cdxPropValue: value,
  }));
  return [{ type: 'extension_CdxPropertiesExtension', extension_cdxProperty }];
}
