/** Writes the documents that are generated from code, or with --check fails when one of them is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { cleaningRecordSchema } from '../src/clean/record-schema.ts';
import { rules } from '../src/rules/index.ts';
import { policySchema } from '../src/scan/policy.ts';
import { reportSchema } from '../src/scan/report-schema.ts';
import { rulesDocument } from '../src/scan/reporters/rule-page.ts';

const documents: Readonly<Record<string, () => string>> = {
  'docs/rules.md': () => `${rulesDocument(rules).trimEnd()}\n`,
  'docs/schema/report.schema.json': () => schemaText(reportSchema, 'Vouchsafe scan report'),
  'docs/schema/cleaning.schema.json': () => schemaText(cleaningRecordSchema, 'Vouchsafe cleaning record'),
  'docs/schema/policy.schema.json': () => schemaText(policySchema, 'Vouchsafe policy file'),
};

function schemaText(schema: z.ZodType, title: string): string {
  const { $schema, ...rest } = z.toJSONSchema(schema, { io: 'input' });
  return `${JSON.stringify({ $schema, title, ...rest }, null, 2)}\n`;
}

function current(file: string): string {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return '';
  }
}

const isCheck = process.argv.includes('--check');
const stale = Object.entries(documents).filter(([file, make]) => current(file) !== make());
for (const [file, make] of stale) {
  if (isCheck) console.error(`${file} is out of date: run \`npm run gen\``);
  else {
    mkdirSync(dirname(file), { recursive: true });
    writeFileSync(file, make());
    console.log(`wrote ${file}`);
  }
}
console.log(`gen: ${Object.keys(documents).length} documents, ${stale.length} ${isCheck ? 'out of date' : 'written'}`);
process.exitCode = isCheck && stale.length > 0 ? 1 : 0;
