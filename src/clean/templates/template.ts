/** A chat template written for Vouchsafe, for models of one family. */
export interface KnownTemplate {
  readonly title: string;
  readonly text: string;
  /**
   * Special tokens by which the family is recognized: when a tokenizer has all of them, the template fits. Empty for
   * families that mark turns with plain text, which nothing tells for certain.
   */
  readonly tokens: readonly string[];
  /** What ends a turn, when the tokenizers of the family end texts with it: a base model and most foreign uses do not. */
  readonly eos?: string;
  /** True when the template writes no token of beginning: it is right only where there is none. */
  readonly isWithoutBos?: boolean;
}
