import type { Limits } from '../bytes/limits.ts';
import type { Source } from '../bytes/source.ts';
import type { ConfigDocument } from '../formats/document.ts';
import { formats } from '../formats/index.ts';
import type { GgufFile } from '../formats/gguf/gguf-file.ts';
import type { SafetensorsFile } from '../formats/safetensors/safetensors-file.ts';
import type { TextContent } from '../formats/text-content.ts';
import { rules } from '../rules/index.ts';
import type { RuleContext, RulePolicy } from '../rules/rule.ts';
import { examine } from '../scan/examine.ts';
import { listener } from '../scan/listener.ts';
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
  // What members of a container tell is theirs, not the file's.
  const own = <Value>(take: (value: Value) => void) => {
    return (value: Value, { member }: RuleContext): void => {
      if (member === '') take(value);
    };
  };
  const listeners = [
    listener(
      'document',
      own((document) => {
        if (document.carrier === undefined) documents.push(document);
      }),
    ),
    listener(
      'text',
      own(({ pointer, nature }) => natures.set(pointer, nature)),
    ),
    listener(
      'gguf',
      own((file) => {
        kept.gguf = file;
      }),
    ),
    listener(
      'safetensors',
      own((file) => {
        kept.safetensors = file;
      }),
    ),
  ];
  const report = examine(source, path, {
    formats,
    rules: [...rules, ...listeners],
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
