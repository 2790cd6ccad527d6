import type { Hit, Severity } from '../rule.ts';
import type { PythonModule } from '../../formats/python-source/syntax.ts';
import { analyse } from './analysis.ts';
import { matches } from './matches.ts';
import type { Use } from './resolve.ts';

export interface PathData {
  readonly path: string;
  readonly line: number;
}

/** Reports uses of a table's paths, each path once. `grade` may refine the severity, or drop the use with `null`. */
export function reportUses(
  module: PythonModule,
  table: readonly string[],
  report: (hit: Hit<PathData>) => void,
  grade?: (use: Use) => Severity | null | undefined,
): void {
  const seen = new Set<string>();
  for (const use of analyse(module).uses) {
    if (!use.known || seen.has(use.path) || !matches(use.path, table)) continue;
    const severity = grade?.(use);
    if (severity === null) continue;
    seen.add(use.path);
    const data = { path: use.path.slice(0, 120), line: use.line };
    report(severity === undefined ? { data } : { data, severity });
  }
}
