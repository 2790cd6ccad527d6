import type { Span } from '../../bytes/span.ts';

/** What a TensorFlow Lite model asks its interpreter for. */
export interface TfliteModel {
  readonly customOperators: readonly { readonly name: string; readonly span: Span }[];
}
