import { jsonSafe, jsonText } from './json-safe.ts';
import type { Finding } from './report.ts';

/** SHA-256 of a text as 64 hexadecimal digits; handed in, because the pure layers have no cryptography. */
export type Digest = (text: string) => string;

/** One finding of a baseline. */
export interface AcceptedFinding {
  readonly fingerprint: string;
  readonly ruleId: string;
  readonly path: string;
  readonly member?: string | undefined;
  readonly message: string;
  readonly occurrences: number;
  /** When present, it holds for exactly these bytes. */
  readonly sha256?: string | undefined;
  /** The day it was accepted, `YYYY-MM-DD`. */
  readonly created: string;
}

/** Findings that were there when somebody decided to start from here. */
export interface BaselineFile {
  readonly schemaVersion: '1.0';
  readonly findings: readonly AcceptedFinding[];
}

/**
 * Identifies a finding across runs: everything about it except where its bytes lie, so that an unrelated edit
 * keeps it and changed evidence makes it a new one.
 */
export function fingerprintOf(finding: Finding, digest: Digest): string {
  const { ruleId, location, message, data } = finding;
  const path = location.path.replace(/^\.\//, '');
  return digest(jsonText([ruleId, path, location.member ?? '', location.pointer ?? '', message, sortedKeys(data)]));
}

function sortedKeys(value: unknown): unknown {
  const sort = (item: unknown): unknown => {
    if (Array.isArray(item)) return item.map(sort);
    if (item === null || typeof item !== 'object') return item;
    return Object.entries(item)
      .sort(([a], [b]) => (a < b ? -1 : 1))
      .map(([key, inner]) => [key, sort(inner)]);
  };
  return sort(jsonSafe(value));
}
