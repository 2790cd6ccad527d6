import { activeContent } from './active-content.ts';
import { nativeExecutable } from './native-executable.ts';

/** Files beside a model that act by themselves, sorted by id. */
export const mediaRules = [activeContent, nativeExecutable] as const;
