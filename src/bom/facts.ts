import type { Finding, Verdict } from '../scan/report.ts';
import type { ConversionFacts } from './conversion.ts';
import type { TensorTotals } from './tensor-totals.ts';

/** Where something was read. */
export interface Origin {
  /** Path below the model's folder; the file's own name when the model is one file. */
  readonly file: string;
  /** JSON pointer, GGUF key or heading within it; '' for the file as a whole. */
  readonly pointer: string;
}

/** Something that a file says. It is as true as the file is. */
export interface Stated<Value = string> {
  readonly value: Value;
  readonly origin: Origin;
}

/** One file of the model, measured. */
export interface FileFact {
  readonly path: string;
  readonly size: number;
  readonly sha256: string;
  readonly format: string;
  readonly verdict: Verdict;
  /** Whether the root digest covers it. */
  readonly isCovered: boolean;
}

/** The digest that a signature of the model signs. */
export interface RootDigest {
  readonly sha256: string;
  /** What binds the names of the files to their contents; attestations name it beside the root digest. */
  readonly manifestSha256: string;
  /** `signed`: a signature file names the same digest. Whether the signature is valid is not said here. */
  readonly source: 'computed' | 'signed';
  readonly signature?: string;
}

export interface TemplateFact {
  readonly name: string;
  readonly sha256: string;
  readonly characters: number;
  readonly origin: Origin;
}

/** A number that somebody claims to have measured. */
export interface MetricFact {
  readonly type: string;
  readonly value: string;
  readonly dataset?: string;
  readonly task?: string;
}

export interface LicenceFact {
  /** The SPDX id or expression when it is one, else the name as written. */
  readonly name: string;
  readonly kind: 'id' | 'expression' | 'name';
  readonly url?: string;
}

/** What the files of a model say about it. Absent is absent: nothing is guessed or filled in. */
export interface ModelStatements {
  readonly name?: Stated | undefined;
  readonly version?: Stated | undefined;
  readonly licences: readonly Stated<LicenceFact>[];
  /** Files that hold a licence text, by their name. */
  readonly licenceFiles: readonly string[];
  readonly datasets: readonly Stated[];
  /** Data sets that metrics were measured on. */
  readonly testDatasets: readonly Stated[];
  readonly baseModels: readonly Stated[];
  readonly baseModelRelation?: Stated | undefined;
  readonly task?: Stated | undefined;
  readonly library?: Stated | undefined;
  readonly architectureFamily?: Stated | undefined;
  readonly architecture?: Stated | undefined;
  readonly languages: readonly Stated[];
  readonly tags: readonly Stated[];
  readonly metrics: readonly Stated<MetricFact>[];
  readonly metricNames: readonly Stated[];
  readonly hyperparameters: readonly (Stated & { readonly name: string })[];
  /** Emissions as the card gives them, by key. */
  readonly emissions: readonly (Stated & { readonly name: string })[];
  readonly useCases: readonly Stated[];
  readonly limitations: readonly Stated[];
  readonly ethics: readonly Stated[];
}

/** Everything a bill of materials is made from. */
export interface ModelFacts {
  /** The last part of the path that was given, or what the caller said. */
  readonly name: Stated;
  readonly version?: Stated | undefined;
  readonly isFolder: boolean;
  readonly root: RootDigest;
  readonly files: readonly FileFact[];
  /** False when something in the folder was left out on purpose. */
  readonly isComplete: boolean;
  readonly statements: ModelStatements;
  readonly templates: readonly TemplateFact[];
  readonly tensors: readonly TensorTotals[];
  readonly conversion?: ConversionFacts | undefined;
  readonly verdict: Verdict;
  /** With paths below the model's folder. */
  readonly findings: readonly Finding[];
  /** Names of attestation files beside the model, without a look inside. */
  readonly attestations: readonly string[];
  /** What could not be read, in plain words. */
  readonly notes: readonly string[];
  readonly tool: { readonly name: string; readonly version: string };
}
