import type { Format, Probe } from '../formats/format.ts';

/** Every format that is certain, special cases in place of what they refine; else the first likely one. */
export function selectFormats(formats: readonly Format[], probe: Probe): readonly Format[] {
  const certain: Format[] = [];
  let likely: Format | undefined;
  for (const format of formats) {
    const confidence = format.detect(probe);
    if (confidence === 'certain') certain.push(format);
    else if (confidence === 'likely') likely ??= format;
  }
  if (certain.length === 0) return likely === undefined ? [] : [likely];
  const refined = new Set(certain.flatMap((format) => format.refines ?? []));
  return certain.filter((format) => !refined.has(format.id));
}
