import { Ajv, type ErrorObject, type ValidateFunction } from 'ajv';
import { Ajv2020 } from 'ajv/dist/2020.js';
import formats from 'ajv-formats';
import { visibleShort } from '../scan/visible-text.ts';
import { uniqueItems } from './unique-items.ts';
import type { SpecVersion } from './cyclonedx/types.ts';

export type SchemaName = `CycloneDX ${SpecVersion}` | 'SPDX 3.0.1';

/** Problems told of one document. */
const MAX_PROBLEMS = 20;

/** Published schemas have keywords of their own, and formats that say nothing here. */
const OPTIONS = { strict: false, validateFormats: true, allErrors: false } as const;

/** What is wrong with a document by its published schema; empty when it is valid. */
export async function schemaProblems(document: unknown, schema: SchemaName): Promise<readonly string[]> {
  const validate = await validatorOf(schema);
  if (validate(document)) return [];
  return [...new Set((validate.errors ?? []).map(problemText))].slice(0, MAX_PROBLEMS);
}

/** Compiling takes some 100 ms, so it is done once for each schema. */
const validators = new Map<SchemaName, Promise<ValidateFunction>>();

function validatorOf(schema: SchemaName): Promise<ValidateFunction> {
  const known = validators.get(schema) ?? (schema === 'SPDX 3.0.1' ? spdxValidator() : cyclonedxValidator(schema));
  validators.set(schema, known);
  return known;
}

async function cyclonedxValidator(schema: `CycloneDX ${SpecVersion}`): Promise<ValidateFunction> {
  const [main, spdx, jsf, cryptography] = await Promise.all([
    schema === 'CycloneDX 1.6'
      ? import('./schemas/cyclonedx-1.6.json', { with: { type: 'json' } })
      : import('./schemas/cyclonedx-1.7.json', { with: { type: 'json' } }),
    import('./schemas/spdx-licences.json', { with: { type: 'json' } }),
    import('./schemas/cyclonedx-jsf.json', { with: { type: 'json' } }),
    import('./schemas/cyclonedx-cryptography.json', { with: { type: 'json' } }),
  ]);
  const schemas = Object.fromEntries(
    [
      ['spdx', spdx],
      ['jsf-0.82', jsf],
      ['cryptography-defs', cryptography],
    ].map(([name, module]) => [
      `http://cyclonedx.org/schema/${name as string}.SNAPSHOT.schema.json`,
      (module as { readonly default: object }).default,
    ]),
  );
  const ajv = new Ajv({ ...OPTIONS, addUsedSchema: false, schemas });
  prepare(ajv);
  ajv.addFormat('iri-reference', true);
  ajv.addFormat('idn-email', true);
  return ajv.compile(main.default);
}

async function spdxValidator(): Promise<ValidateFunction> {
  const { default: schema } = await import('./schemas/spdx-3.0.1.json', { with: { type: 'json' } });
  const ajv = new Ajv2020(OPTIONS);
  prepare(ajv);
  return ajv.compile(schema);
}

function prepare(ajv: Ajv | Ajv2020): void {
  formats.default(ajv);
  ajv.removeKeyword('uniqueItems').addKeyword(uniqueItems);
}

function problemText({ instancePath, message, params }: ErrorObject): string {
  const extra = (params as { readonly additionalProperty?: string }).additionalProperty;
  const what = extra === undefined ? (message ?? 'is not valid') : `${message ?? ''}: ${extra}`;
  return visibleShort(`${instancePath === '' ? '/' : instancePath} ${what}`, 300);
}
