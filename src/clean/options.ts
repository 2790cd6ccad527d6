import type { TemplateName } from './templates/index.ts';

/** What of the metadata of a weights file stays: `all` but what is dangerous, only what loaders need, or nothing. */
export const metadataChoices = ['all', 'safe', 'none'] as const;
export type MetadataChoice = (typeof metadataChoices)[number];

/** What the caller decides about cleaning; everything has a safe default. */
export interface CleanOptions {
  /** What takes the place of a poisoned template: nothing, one by name, or the one its special tokens tell for certain. */
  readonly template: TemplateName | 'none' | 'auto';
  readonly keepMetadata: MetadataChoice;
  /** Remove code cells with findings from notebooks; without it such a notebook is refused. */
  readonly dropCells: boolean;
  /** Empty every output, execution count and cell metadata of notebooks, dangerous or not. */
  readonly clearNotebooks: boolean;
  /** Take out what low findings name too, where there is a way. */
  readonly low: boolean;
}

export const defaultCleanOptions: CleanOptions = {
  template: 'none',
  keepMetadata: 'all',
  dropCells: false,
  clearNotebooks: false,
  low: false,
};
