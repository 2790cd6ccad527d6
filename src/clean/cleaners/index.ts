import type { Cleaner } from '../cleaner.ts';
import { ggufMetadata } from './gguf-metadata.ts';
import { jsonDocument } from './json-document.ts';
import { safetensorsHeader } from './safetensors-header.ts';
import { templateFile } from './template-file.ts';
import { textFile } from './text-file.ts';
import { yamlDocument } from './yaml-document.ts';

/** Every cleaner, sorted by id. A test compares this list with the files. */
export const cleaners: readonly Cleaner[] = [
  ggufMetadata,
  jsonDocument,
  safetensorsHeader,
  templateFile,
  textFile,
  yamlDocument,
];

const byFormat = new Map(cleaners.flatMap((cleaner) => cleaner.formats.map((format) => [format, cleaner])));

/** The cleaner of a format; undefined for formats that are dangerous as they are, and for files of several at once. */
export function cleanerFor(format: string): Cleaner | undefined {
  return byFormat.get(format);
}
