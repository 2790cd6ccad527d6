import type { Span } from '../../bytes/span.ts';

/** What the graphs of a TensorFlow model run, functions included. */
export interface TensorflowGraph {
  readonly operators: readonly TensorflowOperator[];
  /** Names of files the model loads from its `assets` folder. */
  readonly assets: readonly { readonly path: string; readonly span: Span }[];
}

/** An operator, with the first place it is used at. */
export interface TensorflowOperator {
  readonly name: string;
  readonly count: number;
  readonly span: Span;
}
