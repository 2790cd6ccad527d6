import type { Span } from '../../bytes/span.ts';
import type { DocumentNode, MapNode } from '../document.ts';

/**
 * Reads INI text as Python's configparser does: sections, `key = value` or `key: value`, continued lines, whole-line
 * comments. Each section is an entry of the root; values are strings, without their quotes when they are JSON strings.
 * What configparser would refuse is skipped: nothing can load it.
 */
export function parseIni(text: string, toOffset: (at: number) => number): DocumentNode {
  const sections: { readonly key: string; readonly settings: Setting[] }[] = [];
  let settings: Setting[] = [];
  let at = 0;
  // A lone carriage return ends a line in what Python opens as text.
  for (const line of text.replace(/\r(?!\n)/g, '\n').split('\n')) {
    const header = /^\[([^\]]{1,1000})\]/.exec(line.trim());
    const last = settings.at(-1);
    if (header !== null) {
      settings = [];
      sections.push({ key: header[1] ?? '', settings });
    } else if (/^\s/.test(line) && line.trim() !== '' && last !== undefined) {
      last.lines.push(line.trim());
    } else if (!/^\s*(?:[#;]|$)/.test(line)) {
      addSetting(settings, line, { start: toOffset(at), end: toOffset(at + line.length) });
    }
    at += line.length + 1;
  }
  return { kind: 'map', entries: sections.map(({ key, settings }) => ({ key, value: sectionNode(settings) })) };
}

/** One setting, its value still in lines. */
interface Setting {
  readonly key: string;
  readonly span: Span;
  readonly lines: string[];
}

function addSetting(settings: Setting[], line: string, span: Span): void {
  const separator = line.search(/[=:]/);
  if (separator < 0) return;
  settings.push({ key: line.slice(0, separator).trim(), span, lines: [line.slice(separator + 1).trim()] });
}

function sectionNode(settings: readonly Setting[]): MapNode {
  const entries = settings.map(({ key, span, lines }) => {
    return { key, value: { kind: 'scalar', value: unquoted(lines.join('\n')), span } } as const;
  });
  return { kind: 'map', entries };
}

function unquoted(value: string): string {
  if (!/^"[^"\\]*"$/.test(value)) return value;
  return value.slice(1, -1);
}
