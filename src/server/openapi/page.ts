import { hash } from 'node:crypto';
import { escapeText } from '../../scan/reporters/html-parts.ts';
import { PAGE_STYLE } from './page-style.ts';

/** What a page of documentation may use: its style sheet and nothing else. */
export const pagePolicy = `default-src 'none'; style-src 'sha256-${hash('sha256', PAGE_STYLE, 'base64')}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** Text in which backticks mark code. */
export function prose(text: string): string {
  return escapeText(text).replaceAll(/`([^`]+)`/g, '<code>$1</code>');
}

/** A page without scripts or anything remote. `content` is markup. */
export function page(title: string, content: string): string {
  return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="color-scheme" content="light dark">
<title>${escapeText(title)}</title>
<style>${PAGE_STYLE}</style>
</head>
<body>
${content}
</body>
</html>
`;
}

/** Words that begin small and end without a stop, as tables have them. */
export const sentence = (text: string): string => `${text.charAt(0).toUpperCase()}${text.slice(1)}.`;
