/** A chat template written for Vouchsafe, for models of one family. */
export interface KnownTemplate {
  readonly title: string;
  readonly text: string;
  /**
   * Special tokens by which the family is recognized: when a tokenizer has all of them, the template fits. Empty for
   * families that mark turns with plain text, which nothing tells for certain.
   */
  readonly tokens: readonly string[];
}
