/** The part of CycloneDX 1.6 and 1.7 that is written here; names as in the schema. */

export const specVersions = ['1.6', '1.7'] as const;
export type SpecVersion = (typeof specVersions)[number];

export interface Property {
  readonly name: string;
  readonly value: string;
}

export interface Hash {
  readonly alg: 'SHA-256';
  readonly content: string;
}

export interface ExternalReference {
  readonly type: string;
  readonly url: string;
  readonly comment?: string | undefined;
  readonly hashes?: readonly Hash[] | undefined;
}

export type LicenceChoice =
  | {
      readonly license: {
        readonly id?: string;
        readonly name?: string;
        readonly acknowledgement: 'declared';
        readonly url?: string;
      };
    }
  | { readonly expression: string; readonly acknowledgement: 'declared' };

interface DataSet {
  readonly type: 'dataset';
  readonly name: string;
  readonly contents?: { readonly url: string } | undefined;
}

export interface ModelCard {
  readonly 'bom-ref'?: string;
  readonly modelParameters?: {
    readonly task?: string | undefined;
    readonly architectureFamily?: string | undefined;
    readonly modelArchitecture?: string | undefined;
    readonly datasets?: readonly { readonly ref: string }[] | undefined;
  };
  readonly quantitativeAnalysis?: {
    readonly performanceMetrics: readonly {
      readonly type: string;
      readonly value: string;
      readonly slice?: string | undefined;
    }[];
  };
  readonly considerations?: {
    readonly useCases?: readonly string[] | undefined;
    readonly technicalLimitations?: readonly string[] | undefined;
    readonly ethicalConsiderations?: readonly { readonly name: string }[] | undefined;
    readonly environmentalConsiderations?: { readonly properties: readonly Property[] } | undefined;
  };
  readonly properties?: readonly Property[];
}

export interface Component {
  readonly type: 'machine-learning-model' | 'file' | 'data' | 'application';
  readonly 'bom-ref'?: string;
  readonly name: string;
  readonly version?: string | undefined;
  readonly hashes?: readonly Hash[] | undefined;
  readonly licenses?: readonly LicenceChoice[] | undefined;
  readonly pedigree?: { readonly ancestors: readonly Component[]; readonly notes?: string | undefined } | undefined;
  readonly externalReferences?: readonly ExternalReference[] | undefined;
  readonly modelCard?: ModelCard | undefined;
  readonly data?: readonly DataSet[] | undefined;
  readonly properties?: readonly Property[] | undefined;
}

interface Resource {
  readonly ref?: string;
  readonly externalReference?: ExternalReference;
}

export interface Formula {
  readonly components: readonly Component[];
  readonly workflows: readonly {
    readonly 'bom-ref': string;
    readonly uid: string;
    readonly name: string;
    readonly taskTypes: readonly string[];
    readonly timeEnd?: string | undefined;
    readonly inputs: readonly { readonly resource: Resource; readonly properties?: readonly Property[] }[];
    readonly outputs: readonly { readonly type: 'artifact'; readonly resource: Resource }[];
    readonly properties: readonly Property[];
  }[];
}

export interface Vulnerability {
  readonly 'bom-ref': string;
  readonly id: string;
  readonly source: { readonly name: string };
  readonly references?:
    | readonly { readonly id: string; readonly source: { readonly name: string; readonly url?: string } }[]
    | undefined;
  readonly ratings: readonly {
    readonly source: { readonly name: string };
    readonly severity: string;
    readonly method: 'other';
  }[];
  readonly cwes?: readonly number[] | undefined;
  readonly description: string;
  readonly detail: string;
  readonly recommendation?: string | undefined;
  readonly analysis: { readonly state: string; readonly detail: string };
  readonly affects: readonly { readonly ref: string }[];
}

export interface Bom {
  readonly $schema: string;
  readonly bomFormat: 'CycloneDX';
  readonly specVersion: SpecVersion;
  readonly serialNumber: string;
  readonly version: 1;
  readonly metadata: {
    readonly timestamp: string;
    readonly tools: { readonly components: readonly Component[] };
    readonly component: Component;
  };
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn?: readonly string[] | undefined }[];
  readonly compositions: readonly {
    readonly aggregate: 'complete' | 'incomplete';
    readonly assemblies: readonly string[];
  }[];
  readonly vulnerabilities?: readonly Vulnerability[] | undefined;
  readonly formulation?: readonly Formula[] | undefined;
}
