import type { Span } from '../../bytes/span.ts';

/** What an ONNX model names outside itself: operators by domain, and files. */
export interface OnnxModel {
  readonly irVersion: number;
  readonly operators: readonly OnnxOperator[];
  /** Domains the model says it needs operators of. */
  readonly imports: readonly OnnxImport[];
  /** `domain` of every function the model itself defines. */
  readonly functionDomains: ReadonlySet<string>;
  readonly external: readonly OnnxExternal[];
}

/** An operator, with the first place it is used at. */
export interface OnnxOperator {
  readonly domain: string;
  readonly name: string;
  readonly count: number;
  readonly span: Span;
}

export interface OnnxImport {
  readonly domain: string;
  readonly span: Span;
}

/** Data of a tensor, or of an execution provider, that is in another file. */
export interface OnnxExternal {
  /** What asks for it: the tensor's or node's name. */
  readonly owner: string;
  /** `external_data` of a tensor, or the `ep_cache_context` of an EPContext node. */
  readonly kind: 'tensor' | 'ep-context';
  /** Keys and values as written, duplicates included. */
  readonly entries: readonly (readonly [key: string, value: string])[];
  readonly span: Span;
}
