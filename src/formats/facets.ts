import type { Archive } from './archive.ts';
import type { ConfigDocument } from './document.ts';
import type { GgufFile } from './gguf/gguf-file.ts';
import type { Notice } from './notice.ts';
import type { SafetensorsFile } from './safetensors/safetensors-file.ts';
import type { Template } from './template.ts';
import type { TextContent } from './text-content.ts';

/**
 * What formats tell rules, by name. A rule asks for one facet and does not care which format it came from:
 * a chat template is judged alike from a JSON file, a `.jinja` file and a GGUF key.
 */
export interface Facets {
  /** What the examination itself ran into: damage, limits, bytes nobody understood. */
  notice: Notice;
  /** The listing of a container: zip, tar, 7z. */
  archive: Archive;
  /** A configuration tree: JSON, YAML, TOML, safetensors and GGUF metadata, Python literals inside strings. */
  document: ConfigDocument;
  /** A Jinja chat template. */
  template: Template;
  /** Readable text, in pieces. */
  text: TextContent;
  /** The structure of a GGUF file. */
  gguf: GgufFile;
  /** The header of a safetensors file. */
  safetensors: SafetensorsFile;
}

export type FacetName = keyof Facets;
