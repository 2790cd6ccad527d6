/**
 * Where to go after signing in. Only a path of this console: anything that a browser could read as another site
 * ("//evil.example", "/\evil.example") leads to the overview (CWE-601).
 */
export function safeNext(next: string | undefined): string {
  if (next === undefined || !/^\/(?![/\\])/.test(next) || /[\\\p{C}]/u.test(next)) return '/';
  return next;
}
