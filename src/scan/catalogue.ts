import { formats } from '../formats/index.ts';
import type { Format } from '../formats/format.ts';
import { rules } from '../rules/index.ts';
import type { AnyRule } from '../rules/rule.ts';

/** What a scan knows: the formats it can take apart and the rules it judges by. */
export interface Catalogue {
  readonly formats: readonly Format[];
  readonly rules: readonly AnyRule[];
}

/** Everything built in. */
export const catalogue: Catalogue = { formats, rules };
