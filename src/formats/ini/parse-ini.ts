import type { DocumentNode, MapEntry } from '../document.ts';

/**
 * Reads INI text as Python's configparser does: sections, `key = value` or `key: value`, continued lines, whole-line
 * comments. Each section is an entry of the root; values are strings, without their quotes when they are JSON strings.
 * What configparser would refuse is skipped: nothing can load it.
 */
export function parseIni(text: string, toOffset: (at: number) => number): DocumentNode {
  const sections: { key: string; value: { kind: 'map'; entries: MapEntry[] } }[] = [];
  let section: MapEntry[] = [];
  let at = 0;
  for (const line of text.split('\n')) {
    const header = /^\[([^\]]{1,1000})\]/.exec(line.trim());
    if (header !== null) {
      section = [];
      sections.push({ key: header[1] ?? '', value: { kind: 'map', entries: section } });
    } else if (/^\s/.test(line) && line.trim() !== '' && section.length > 0) {
      continueValue(section, line.trim());
    } else if (!/^\s*(?:[#;]|$)/.test(line)) {
      addEntry(section, line, { start: toOffset(at), end: toOffset(at + line.length) });
    }
    at += line.length + 1;
  }
  return { kind: 'map', entries: sections };
}

function addEntry(section: MapEntry[], line: string, span: { start: number; end: number }): void {
  const separator = line.search(/[=:]/);
  if (separator < 0) return;
  const value = line.slice(separator + 1).trim();
  section.push({ key: line.slice(0, separator).trim(), value: { kind: 'scalar', value: unquoted(value), span } });
}

function continueValue(section: MapEntry[], more: string): void {
  const last = section.pop() as MapEntry;
  const value = last.value.kind === 'scalar' ? `${String(last.value.value)}\n${more}` : more;
  section.push({ ...last, value: { ...last.value, kind: 'scalar', value: unquoted(value) } });
}

function unquoted(value: string): string {
  if (!/^"[^"\\]*"$/.test(value)) return value;
  return value.slice(1, -1);
}
