import { expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { scanSource } from '../../src/scan/scan-source.ts';
import { ordinaryConfigs, suspiciousConfigs } from './ordinary-configs.ts';

function scan(name: string, content: string) {
  return scanSource(new BufferSource(new TextEncoder().encode(content)), name);
}

test.each(ordinaryConfigs)('$name is clean and wholly understood', ({ name, content }) => {
  const report = scan(name, content);
  expect(report.findings.filter((finding) => finding.severity !== 'info' && finding.severity !== 'low')).toEqual([]);
  expect(report.verdict).toBe('clean');
  expect(report.coverage.complete).toBe(true);
});

test.each(suspiciousConfigs)('$name is suspicious for $rule alone', ({ name, content, rule }) => {
  const report = scan(name, content);
  expect(report.verdict).toBe('suspicious');
  expect(new Set(report.findings.map((finding) => finding.ruleId))).toEqual(new Set([rule]));
});
