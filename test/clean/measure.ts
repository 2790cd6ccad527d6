/** Prints what becomes of every hostile document and template: `npm run measure:clean`, with `--all` each that is refused. */
import { scanSource } from '../../src/scan/scan-source.ts';
import { cleanBytes, type CleanCase, cleanCases, coverageTable } from './run.ts';

function measure(hostile: CleanCase): { family: string; status: string; id: string } {
  const { status, cleaned } = cleanBytes(hostile.build(), hostile.file);
  const { id, family } = hostile;
  if (cleaned === undefined || cleaned.status === 'left-out') return { id, family, status };
  const { verdict } = scanSource(cleaned.content, hostile.file);
  return { id, family, status: verdict === 'clean' ? status : 'STILL DANGEROUS' };
}

const started = performance.now();
const outcomes = cleanCases.map(measure);
console.log(coverageTable(outcomes));
console.log(`\n${outcomes.length} files in ${((performance.now() - started) / 1000).toFixed(1)} s`);
if (process.argv.includes('--all')) {
  for (const { id, status } of outcomes) if (status !== 'cleaned') console.log(`${status}  ${id}`);
}
process.exitCode = outcomes.some(({ status }) => status === 'STILL DANGEROUS') ? 1 : 0;
