import type { Streamed } from './bind.ts';

/** As for everything that is no page, but without `sandbox`: in it a page neither comes back by itself nor counts as one of ours. */
const PAGE_POLICY = "default-src 'none'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

const NO_STORE = { 'cache-control': 'no-store', 'referrer-policy': 'no-referrer' };

/** Leads the browser to a page of the console. `path` is one of ours, never what a request says. */
export function redirectHere(path: string): Streamed {
  return { content: '', status: 303, headers: { ...NO_STORE, location: path } };
}

/**
 * A page that comes back to its own address. A browser that is sent here by another site keeps the cookie of the session to itself; sent by
 * this page, it brings it. No script is needed for it.
 */
export function returnPage(query: Readonly<Record<string, unknown>>): Streamed {
  const again = new URLSearchParams();
  for (const [name, value] of Object.entries(query)) {
    if (typeof value === 'string') again.set(name, value);
  }
  again.set('returned', '1');
  // Encoded as a query, it holds neither quotes nor angle brackets; the ampersands are all that HTML minds.
  const address = `?${again.toString().replaceAll("'", '%27')}`.replaceAll('&', '&amp;');
  const content = [
    '<!doctype html><html lang="en"><head><meta charset="utf-8"><title>Signing in</title>',
    `<meta http-equiv="refresh" content="0;url=${address}"></head>`,
    `<body><p>Signing in … <a href="${address}">Go on</a></p></body></html>`,
  ].join('\n');
  return { content, headers: { ...NO_STORE, 'content-security-policy': PAGE_POLICY } };
}
