export const ruleFormats = ['terminal', 'json', 'markdown'] as const;

/** Options of `vouchsafe rules`. */
export interface RulesArguments {
  readonly format?: (typeof ruleFormats)[number];
}
