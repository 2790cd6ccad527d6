import type { Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import type { ConfigDocument } from '../formats/document.ts';
import type { FacetName, Facets } from '../formats/facets.ts';
import { formats } from '../formats/index.ts';
import type { GgufFile } from '../formats/gguf/gguf-file.ts';
import type { SafetensorsFile } from '../formats/safetensors/safetensors-file.ts';
import type { TextContent } from '../formats/text-content.ts';
import { rules } from '../rules/index.ts';
import type { AnyRule, RulePolicy } from '../rules/rule.ts';
import { examine } from '../scan/examine.ts';
import type { ArtifactReport } from '../scan/report.ts';

/** What a scan found in a file, and what it took the file for: cleaning edits exactly what was judged. */
export interface Examination {
  readonly report: ArtifactReport;
  /** Documents of the file itself, those inside its strings left out. */
  readonly documents: readonly ConfigDocument[];
  readonly gguf: GgufFile | undefined;
  readonly safetensors: SafetensorsFile | undefined;
  /** What each text of the file is for, by its pointer. */
  readonly natures: ReadonlyMap<string, TextContent['nature']>;
}

export interface ExaminationSettings {
  readonly limits: Limits;
  readonly policy: RulePolicy;
  /** Applies what a policy file decided about findings. */
  readonly judge?: ((report: ArtifactReport) => ArtifactReport) | undefined;
  /** True when a file of this name lies beside the one examined. */
  readonly hasSibling?: ((fileName: string) => boolean) | undefined;
}

/** Scans a file with every format and rule there is, and keeps what a cleaner needs of its structure. */
export function examineForCleaning(source: Source, path: string, settings: ExaminationSettings): Examination {
  const documents: ConfigDocument[] = [];
  const natures = new Map<string, TextContent['nature']>();
  const kept: { gguf?: GgufFile; safetensors?: SafetensorsFile } = {};
  const watchers = [
    watch('document', (document) => {
      if (document.carrier === undefined) documents.push(document);
    }),
    watch('text', ({ pointer, nature }) => natures.set(pointer, nature)),
    watch('gguf', (file) => {
      kept.gguf = file;
    }),
    watch('safetensors', (file) => {
      kept.safetensors = file;
    }),
  ];
  const report = examine(source, path, {
    formats,
    rules: [...rules, ...watchers],
    limits: settings.limits,
    policy: settings.policy,
    ...(settings.hasSibling === undefined ? {} : { hasSibling: settings.hasSibling }),
  });
  return {
    report: settings.judge?.(report) ?? report,
    documents,
    natures,
    gguf: kept.gguf,
    safetensors: kept.safetensors,
  };
}

/** A rule that finds nothing, and hands on what the formats tell of the file itself, its members left out. */
function watch<Name extends FacetName>(facet: Name, take: (value: Facets[Name]) => void): AnyRule {
  return {
    id: `clean-watch-${facet}`,
    title: '',
    severity: 'info',
    facet,
    formats: [],
    references: [],
    why: '',
    fix: '',
    examples: { bad: [], good: [] },
    message: () => '',
    check: (value: Facets[Name], _report: unknown, context: { readonly member: string }) => {
      if (context.member === '') take(value);
    },
  };
}
