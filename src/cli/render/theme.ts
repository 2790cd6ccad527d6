import pc from 'picocolors';
import type { Severity } from '../../rules/rule.ts';
import type { Verdict } from '../../scan/report.ts';

/** Colours and width of the place that is written to. */
export interface Theme {
  readonly width: number;
  readonly bold: (text: string) => string;
  readonly dim: (text: string) => string;
  readonly verdict: (verdict: Verdict, text: string) => string;
  readonly severity: (severity: Severity, text: string) => string;
}

const FILE_WIDTH = 100;
const MIN_WIDTH = 40;
const MAX_WIDTH = 120;

function themeOf(isColoured: boolean, width: number): Theme {
  const c = pc.createColors(isColoured);
  const verdicts = {
    malicious: (text: string) => c.bold(c.red(text)),
    suspicious: (text: string) => c.bold(c.yellow(text)),
    inconclusive: (text: string) => c.bold(c.magenta(text)),
    clean: (text: string) => c.bold(c.green(text)),
  };
  const severities = { critical: c.red, high: c.yellow, medium: c.magenta, low: c.cyan, info: c.dim };
  return {
    width,
    bold: c.bold,
    dim: c.dim,
    verdict: (verdict, text) => verdicts[verdict](text),
    severity: (severity, text) => severities[severity](text),
  };
}

/** For files and pipes. */
export const plainTheme: Theme = themeOf(false, FILE_WIDTH);

/** Colour only on a terminal, and never against NO_COLOR (no-color.org) or a terminal that has none. */
export function streamTheme(stream: NodeJS.WriteStream): Theme {
  const { NO_COLOR, FORCE_COLOR, TERM } = process.env;
  const isRefused = (NO_COLOR !== undefined && NO_COLOR !== '') || FORCE_COLOR === '0' || TERM === 'dumb';
  const isForced = FORCE_COLOR !== undefined && FORCE_COLOR !== '' && FORCE_COLOR !== '0';
  const width = stream.isTTY ? Math.min(MAX_WIDTH, Math.max(MIN_WIDTH, stream.columns)) : FILE_WIDTH;
  return themeOf(!isRefused && (stream.isTTY || isForced), width);
}
