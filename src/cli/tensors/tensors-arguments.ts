export const tensorFormats = ['terminal', 'json'] as const;
export const sortOrders = ['source', 'name', 'size', 'dtype'] as const;
export type SortOrder = (typeof sortOrders)[number];

/** Options of both commands about reading. */
export interface ReadingArguments {
  readonly filter?: readonly string[];
  readonly rawDtype?: string;
  readonly allowCompressed?: boolean;
  readonly wholeObject?: boolean;
  readonly object?: string;
  readonly linksRoot?: string;
  readonly progress: boolean;
}

/** Options of `vouchsafe tensors` as they come from the command line. */
export interface TensorsArguments extends ReadingArguments {
  readonly format: (typeof tensorFormats)[number];
  readonly stats?: boolean;
  readonly histogram?: boolean;
  readonly hash?: boolean;
  readonly verify?: boolean;
  readonly sort: SortOrder;
}
