/** Prints the recall table of the hostile corpus. `--all` lists every case that is not as expected, `--write` updates the document. */
import { writeFileSync } from 'node:fs';
import { detectionDocument } from './document.ts';
import { hostileCases } from './index.ts';
import { type Outcome, recallTable, runCase } from './run.ts';

const only = process.argv.find((argument) => argument.startsWith('--only='))?.slice('--only='.length);
const chosen = only === undefined ? hostileCases : hostileCases.filter((hostile) => hostile.id.includes(only));
const started = performance.now();
const outcomes = chosen.map(runCase);
const seconds = (performance.now() - started) / 1000;

console.log(recallTable(outcomes));
console.log(`\n${outcomes.length} files in ${seconds.toFixed(1)} s`);
if (process.argv.includes('--all')) for (const outcome of outcomes) report(outcome);
if (process.argv.includes('--write')) writeFileSync('docs/detection.md', detectionDocument(hostileCases, outcomes));
process.exitCode = outcomes.some((outcome) => outcome.grade === 'silent') ? 1 : 0;

function report(outcome: Outcome): void {
  if (outcome.grade === 'caught') return;
  const rules = outcome.rules.join(', ') || 'no finding';
  const missing = outcome.missingRules.length > 0 ? ` (missing ${outcome.missingRules.join(', ')})` : '';
  console.log(`${outcome.grade} ${outcome.id}: ${outcome.verdict}, expected ${outcome.expected}: ${rules}${missing}`);
}
