import type { Reference } from '../../rules/rule.ts';
import type { Digest } from '../fingerprint.ts';
import { visibleShort } from '../visible-text.ts';
import { referenceUrl } from './wording.ts';

const MAX_TEXT = 2000;

export interface Page {
  /** Plain text. */
  readonly title: string;
  readonly style: string;
  /** Markup. */
  readonly body: string;
  readonly digest: Digest;
}

/** A page without scripts or anything remote; its policy allows its own style sheet and nothing else. */
export function htmlPage({ title, style, body, digest }: Page): string {
  const policy = `default-src 'none'; style-src 'sha256-${base64(digest(style))}'; base-uri 'none'; form-action 'none'`;
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="${policy}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="referrer" content="no-referrer">
<title>${escapeText(title)}</title>
<style>${style}</style>
</head>
<body>
${body}
</body>
</html>
`;
}

/** Any text as markup that shows it, on one line, every character visible. */
export function escapeText(value: string, maxLength = MAX_TEXT): string {
  return visibleShort(value, maxLength)
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;')
    .replaceAll("'", '&#39;');
}

/** The id of a reference, linked when there is a stable page about it. */
export function referenceLink(reference: Reference): string {
  const url = referenceUrl(reference);
  if (url === undefined || !url.startsWith('https://')) return escapeText(reference.id);
  return `<a href="${escapeText(url)}" rel="noreferrer noopener">${escapeText(reference.id)}</a>`;
}

/** Base64 of a digest given in hexadecimal. */
function base64(hex: string): string {
  const bytes = hex.match(/../g) ?? [];
  return btoa(bytes.map((byte) => String.fromCharCode(Number.parseInt(byte, 16))).join(''));
}
