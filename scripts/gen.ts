/** Writes the documents that are generated from code, or with --check fails when one of them is out of date. */
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import * as z from 'zod';
import { configReference } from './config-reference.ts';
import { assuranceSchema } from '../src/assurance/schema.ts';
import { cleaningRecordSchema } from '../src/clean/record-schema.ts';
import { routes } from '../src/contract/routes/index.ts';
import { conversionRecordSchema } from '../src/convert/record-schema.ts';
import { rules } from '../src/rules/index.ts';
import { policySchema } from '../src/scan/policy.ts';
import { reportSchema } from '../src/scan/report-schema.ts';
import { serverConfigSchema } from '../src/server/config/schema.ts';
import { builtInPolicy } from '../src/registry/admission/built-in-policy.ts';
import { admissionPolicySchema } from '../src/registry/admission/policy-schema.ts';
import { packageVersion } from '../src/node/version.ts';
import { openApiDocument } from '../src/server/openapi/document.ts';
import { clientSource } from '../src/server/openapi/client-source.ts';
import { signingPolicySchema } from '../src/sign/policy.ts';
import { rulesDocument } from '../src/scan/reporters/rule-page.ts';

/** What the console says about a rule, beside what a report says about a finding. */
const ruleTexts = Object.fromEntries(rules.map(({ id, why, fix }) => [id, { why, fix }]));

const documents: Readonly<Record<string, () => string>> = {
  'docs/rules.md': () => `${rulesDocument(rules).trimEnd()}\n`,
  'web/src/pages/versions/rule-texts.json': () => `${JSON.stringify(ruleTexts, null, 1)}\n`,
  'docs/schema/report.schema.json': () => schemaText(reportSchema, 'Vouchsafe scan report'),
  'docs/schema/assurance.schema.json': () => schemaText(assuranceSchema, 'Vouchsafe assurance report'),
  'docs/schema/cleaning.schema.json': () => schemaText(cleaningRecordSchema, 'Vouchsafe cleaning record'),
  'docs/schema/conversion.schema.json': () => schemaText(conversionRecordSchema, 'Vouchsafe conversion record'),
  'docs/schema/policy.schema.json': () => schemaText(policySchema, 'Vouchsafe policy file'),
  'docs/schema/admission-policy.schema.json': () => schemaText(admissionPolicySchema, 'Vouchsafe admission policy'),
  'docs/admission/balanced.yaml': () => builtInPolicy,
  'docs/server-config.md': () => configReference(z.toJSONSchema(serverConfigSchema, { io: 'input' })),
  'docs/schema/server-config.schema.json': () => schemaText(serverConfigSchema, 'Vouchsafe server configuration'),
  'docs/openapi.json': () => `${JSON.stringify(openApiDocument(routes, packageVersion()), null, 2)}\n`,
  'src/contract/client-methods.ts': () => clientSource(routes),
  'src/bom/schemas/cyclonedx-1.6.json': () => cyclonedxSchema('bom-1.6'),
  'src/bom/schemas/cyclonedx-1.7.json': () => cyclonedxSchema('bom-1.7'),
  'src/bom/schemas/cyclonedx-jsf.json': () => cyclonedxSchema('jsf-0.82'),
  'src/bom/schemas/cyclonedx-cryptography.json': () => cyclonedxSchema('cryptography-defs'),
  'src/bom/schemas/spdx-licences.json': () => cyclonedxSchema('spdx'),
  'docs/schema/signing-policy.schema.json': () => schemaText(signingPolicySchema, 'Vouchsafe signing policy file'),
};

/** A published schema without its prose: a fifth of the bytes, and the same documents are valid. */
function cyclonedxSchema(name: string): string {
  const file = `node_modules/@cyclonedx/cyclonedx-library/res/schema/${name}.SNAPSHOT.schema.json`;
  return `${JSON.stringify(withoutProse(JSON.parse(readFileSync(file, 'utf8'))))}\n`;
}

function withoutProse(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withoutProse);
  if (value === null || typeof value !== 'object') return value;
  const kept = Object.entries(value).filter(([key, item]) => !isProse(key, item));
  return Object.fromEntries(kept.map(([key, item]) => [key, withoutProse(item)]));
}

/** Properties may be called `description` too; their schemas are objects, prose is a string or a list. */
function isProse(key: string, value: unknown): boolean {
  if (key === 'meta:enum') return true;
  if (key === 'examples') return Array.isArray(value);
  return ['title', 'description', '$comment'].includes(key) && typeof value === 'string';
}

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
