import { activeContent } from './active-content.ts';
import { nativeExecutable } from './native-executable.ts';
import type { AnyRule } from '../rule.ts';

/** Files beside a model that act by themselves, sorted by id. */
export const mediaRules: readonly AnyRule[] = [activeContent, nativeExecutable];
