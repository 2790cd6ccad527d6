import * as z from 'zod';
import type { SchemaName } from './validate.ts';
import { BomError } from './errors.ts';

/** What a bill of materials says that can be measured again. */
export interface ListedModel {
  readonly schema: SchemaName;
  readonly rootDigest: string | undefined;
  /** SHA-256 by path; undefined where a file is listed without one. */
  readonly files: ReadonlyMap<string, string | undefined>;
  /** Counts by path, as properties have them: `parameters`, `tensors`, `tensorBytes`. */
  readonly counts: ReadonlyMap<string, Readonly<Record<string, string>>>;
}

const hashes = z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]);
const properties = z.array(z.looseObject({ name: z.string(), value: z.string().default('') })).default([]);
const component = z.looseObject({ type: z.string(), name: z.string(), hashes, properties });

const cyclonedxSchema = z.looseObject({
  bomFormat: z.literal('CycloneDX'),
  specVersion: z.string(),
  metadata: z.looseObject({ component: component.optional() }).default({}),
  components: z.array(component).default([]),
});

const extension = z.looseObject({
  extension_cdxProperty: z
    .array(z.looseObject({ extension_cdxPropName: z.string(), extension_cdxPropValue: z.string().default('') }))
    .default([]),
});
const element = z.looseObject({
  type: z.string(),
  name: z.string().default(''),
  verifiedUsing: z
    .array(z.looseObject({ algorithm: z.string().optional(), hashValue: z.string().optional() }))
    .default([]),
  extension: z.array(extension).default([]),
});
const spdxSchema = z.looseObject({ '@context': z.unknown(), '@graph': z.array(element) });

/** Reads a CycloneDX or SPDX 3 document; whether it keeps to its schema is asked elsewhere. @throws BomError `not-a-bom`. */
export function readBom(document: unknown, file: string): ListedModel {
  const cyclonedx = cyclonedxSchema.safeParse(document);
  if (cyclonedx.success) return fromCyclonedx(cyclonedx.data, file);
  const spdx = spdxSchema.safeParse(document);
  if (spdx.success) return fromSpdx(spdx.data);
  throw BomError.of('not-a-bom', { file, reason: 'expected CycloneDX or SPDX 3 in JSON' });
}

function fromCyclonedx(bom: z.infer<typeof cyclonedxSchema>, file: string): ListedModel {
  const { specVersion, metadata, components } = bom;
  if (specVersion !== '1.6' && specVersion !== '1.7') {
    throw BomError.of('not-a-bom', { file, reason: `CycloneDX ${specVersion}, expected 1.6 or 1.7` });
  }
  const listed = components.filter((one) => one.type === 'file');
  const digest = (one: z.infer<typeof component>): string | undefined =>
    one.hashes.find(({ alg }) => alg === 'SHA-256')?.content.toLowerCase();
  return {
    schema: `CycloneDX ${specVersion}`,
    rootDigest: metadata.component === undefined ? undefined : digest(metadata.component),
    files: new Map(listed.map((one) => [one.name, digest(one)])),
    counts: new Map(listed.map((one) => [one.name, countsOf(one.properties)])),
  };
}

/** Files that a build read are listed too; only those that the model contains are its own, and they have properties. */
function fromSpdx(spdx: z.infer<typeof spdxSchema>): ListedModel {
  const elements = spdx['@graph'];
  const digest = (one: z.infer<typeof element>): string | undefined =>
    one.verifiedUsing.find(({ algorithm }) => algorithm === 'sha256')?.hashValue?.toLowerCase();
  const contained = new Set(
    elements.flatMap((one) =>
      one.type === 'Relationship' && one['relationshipType'] === 'contains' && Array.isArray(one['to'])
        ? one['to']
        : [],
    ),
  );
  const listed = elements.filter((one) => one.type === 'software_File' && contained.has(one['spdxId']));
  const model = elements.find((one) => one.type === 'ai_AIPackage');
  const propertiesOf = (one: z.infer<typeof element>) =>
    one.extension.flatMap(({ extension_cdxProperty: all }) =>
      all.map((row) => ({ name: row.extension_cdxPropName, value: row.extension_cdxPropValue })),
    );
  return {
    schema: 'SPDX 3.0.1',
    rootDigest: model === undefined ? undefined : digest(model),
    files: new Map(listed.map((one) => [one.name, digest(one)])),
    counts: new Map(listed.map((one) => [one.name, countsOf(propertiesOf(one))])),
  };
}

const COUNT = /^vouchsafe:(size|tensors|parameters|tensorBytes)$/;

function countsOf(all: readonly { readonly name: string; readonly value: string }[]): Readonly<Record<string, string>> {
  const known = all.flatMap(({ name, value }) => {
    const match = COUNT.exec(name)?.[1];
    return match === undefined ? [] : [[match, value] as const];
  });
  return Object.fromEntries(known);
}
