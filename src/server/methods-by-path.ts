import type { FastifyInstance } from 'fastify';

/** A path in which every part that is not `:name` or `*` stands for itself. */
function patternOf(url: string): RegExp {
  const source = url
    .split('/')
    .map((part) => {
      if (part.startsWith(':')) return '[^/]+';
      return part === '*' ? '.*' : part.replaceAll(/[.*+?^${}()|[\]\\]/g, String.raw`\$&`);
    })
    .join('/');
  return new RegExp(`^${source}$`);
}

/**
 * Remembers which methods each path takes, as routes are added. The page for everything else (`/*`) is not a path of its own.
 * @returns methods that a path takes, in the order of the alphabet; empty where nothing is there
 */
export function methodsByPath(app: FastifyInstance): (path: string) => readonly string[] {
  const known = new Map<string, { readonly pattern: RegExp; readonly methods: Set<string> }>();
  app.addHook('onRoute', ({ url, method }) => {
    if (url === '/*') return;
    const row = known.get(url) ?? { pattern: patternOf(url), methods: new Set<string>() };
    known.set(url, row);
    for (const each of [method].flat()) row.methods.add(each);
  });
  return (path) => {
    const rows = [...known.values()].filter(({ pattern }) => pattern.test(path));
    return [...new Set(rows.flatMap(({ methods }) => [...methods]))].sort();
  };
}
