/**
 * Characters that change what a reader or a terminal sees instead of being seen: C0 and C1 controls (escape
 * sequences), soft hyphen, zero-width and bidirectional controls (CVE-2021-42574), line and paragraph separators,
 * invisible operators, the byte order mark, interlinear annotations, variation selectors and tag characters.
 */
const HIDDEN =
  // oxlint-disable-next-line no-control-regex, no-misleading-character-class -- matching exactly these is the purpose
  /[\u0000-\u001f\u007f-\u009f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb\u{e0000}-\u{e0fff}]|[\ud800-\udfff]/gu;

const SHORT: Readonly<Record<string, string>> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };

/** One line that shows every character: hidden ones become `\u{202e}`-style escapes, so a hostile name cannot draw. */
export function visible(text: string): string {
  return text.replace(HIDDEN, (char) => SHORT[char] ?? `\\u{${char.codePointAt(0)?.toString(16) ?? ''}}`);
}

/** `visible`, cut to `maxLength` characters with an ellipsis that tells how many were left out. */
export function visibleShort(text: string, maxLength: number): string {
  const cut = text.length > maxLength * 8 ? text.slice(0, maxLength * 8) : text;
  const shown = visible(cut);
  if (shown.length <= maxLength && cut.length === text.length) return shown;
  return `${shown.slice(0, maxLength).replace(/[\ud800-\udbff]$/, '')}… (${text.length} characters)`;
}
