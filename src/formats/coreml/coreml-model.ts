import type { Span } from '../../bytes/span.ts';

/** What a Core ML model asks the app for that loads it. */
export interface CoremlModel {
  readonly requests: readonly CoremlRequest[];
}

export interface CoremlRequest {
  readonly kind: 'layer' | 'model' | 'file';
  /** Name of the class, or of the other model file. */
  readonly name: string;
  readonly span: Span;
}
