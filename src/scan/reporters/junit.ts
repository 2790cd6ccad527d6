import type { ArtifactReport, Finding } from '../report.ts';
import type { ScanReport } from '../scan-report.ts';
import { visible } from '../visible-text.ts';
import { describeCoverage, describeLocation, describeWeightsOnly, sortedFindings } from './wording.ts';

/** JUnit XML: each file on disk is a test case; malicious and suspicious ones fail, inconclusive ones are errors. */
export function renderJunit(report: ScanReport): string {
  const { artifacts, summary } = report;
  const { verdicts } = summary;
  const counts = attributes({
    tests: summary.artifacts,
    failures: verdicts.malicious + verdicts.suspicious,
    errors: verdicts.inconclusive,
    time: seconds(summary.milliseconds),
  });
  const lines = [
    '<?xml version="1.0" encoding="UTF-8"?>',
    `<testsuites name="vouchsafe"${counts}>`,
    `  <testsuite name="vouchsafe scan"${counts}${attributes({ timestamp: report.startedAt })}>`,
    ...artifacts.map(testCase),
    '  </testsuite>',
    '</testsuites>',
  ];
  return `${lines.join('\n')}\n`;
}

function testCase(artifact: ArtifactReport): string {
  const { path, format, milliseconds, verdict } = artifact;
  const head = `    <testcase${attributes({ classname: format, name: path, time: seconds(milliseconds) })}`;
  if (verdict === 'clean') return `${head}/>`;
  const counted = sortedFindings(artifact.findings).filter((finding) => finding.suppressed === undefined);
  const element = verdict === 'inconclusive' ? 'error' : 'failure';
  const first = counted[0];
  const message = first === undefined ? verdict : `${verdict}: ${first.title}`;
  const body = [
    ...counted.map(findingLine),
    `coverage: ${describeCoverage(artifact.coverage)}`,
    describeWeightsOnly(artifact.details) ?? '',
  ].filter((line) => line !== '');
  return [
    `${head}>`,
    `      <${element}${attributes({ type: first?.ruleId ?? verdict, message })}>${body.map(escapeXml).join('\n')}</${element}>`,
    '    </testcase>',
  ].join('\n');
}

function findingLine(finding: Finding): string {
  const place = describeLocation(finding.location);
  return `${finding.severity} ${finding.ruleId}: ${finding.message}${place === '' ? '' : ` (${place})`}`;
}

function attributes(values: Readonly<Record<string, string | number>>): string {
  return Object.entries(values)
    .map(([name, value]) => ` ${name}="${escapeXml(String(value))}"`)
    .join('');
}

function seconds(milliseconds: number): string {
  return (milliseconds / 1000).toFixed(3);
}

/** XML 1.0 has no way at all to write most control characters, so they are made visible first. */
function escapeXml(text: string): string {
  return visible(text)
    .replace(/[\ufffe\uffff]/g, '\ufffd')
    .replaceAll('&', '&amp;')
    .replaceAll('<', '&lt;')
    .replaceAll('>', '&gt;')
    .replaceAll('"', '&quot;');
}
