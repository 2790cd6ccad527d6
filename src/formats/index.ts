import type { Format } from './format.ts';

/**
 * Every format, in the order in which likely ones are tried. A test compares this list with the folders.
 */
export const formats: readonly Format[] = [];
