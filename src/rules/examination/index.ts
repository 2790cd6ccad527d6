import { emptyFile } from './empty-file.ts';
import { encrypted } from './encrypted.ts';
import { internalError } from './internal-error.ts';
import { limitExceeded } from './limit-exceeded.ts';
import { malformed } from './malformed.ts';
import { outsideLink } from './outside-link.ts';
import { polyglot } from './polyglot.ts';
import { unaccountedBytes } from './unaccounted-bytes.ts';
import { unreadable } from './unreadable.ts';
import { unrecognizedFormat } from './unrecognized-format.ts';
import { unsupportedFeature } from './unsupported-feature.ts';
import type { AnyRule } from '../rule.ts';

/** What the examination itself runs into, sorted by id. */
export const examinationRules: readonly AnyRule[] = [
  emptyFile,
  encrypted,
  internalError,
  limitExceeded,
  malformed,
  outsideLink,
  polyglot,
  unaccountedBytes,
  unreadable,
  unrecognizedFormat,
  unsupportedFeature,
];
