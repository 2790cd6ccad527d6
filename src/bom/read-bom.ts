import * as z from 'zod';
import type { SchemaName } from './validate.ts';
import { BomError } from './errors.ts';

/** A file as a document lists it. */
interface ListedFile {
  readonly path: string;
  /** Every SHA-256 that is given for it. */
  readonly sha256: readonly string[];
  readonly claims: readonly Claim[];
}

/** A measure by its name, as properties have it: `size`, `parameters`, `verdict`, `tensors:gguf`. */
export interface Claim {
  readonly name: string;
  readonly value: string;
}

/** What a bill of materials says that can be measured again. */
export interface ListedModel {
  readonly schema: SchemaName;
  readonly rootDigests: readonly string[];
  /** In the order of the document; one that is listed twice is there twice. */
  readonly files: readonly ListedFile[];
  /** About the model as a whole. */
  readonly claims: readonly Claim[];
}

const hashes = z.array(z.looseObject({ alg: z.string(), content: z.string() })).default([]);
const properties = z.array(z.looseObject({ name: z.string(), value: z.string().default('') })).default([]);
const component = z.looseObject({
  type: z.string(),
  name: z.string(),
  hashes,
  properties,
  get components() {
    return z.array(component).default([]);
  },
});
type CyclonedxComponent = z.infer<typeof component>;

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
  const model = metadata.component;
  const listed = [...flat(components), ...flat(model?.components ?? [])].filter((one) => one.type === 'file');
  return {
    schema: `CycloneDX ${specVersion}`,
    rootDigests: model === undefined ? [] : digestsOf(model),
    files: listed.map((one) => ({ path: one.name, sha256: digestsOf(one), claims: claimsOf(one.properties) })),
    claims: claimsOf(model?.properties ?? []),
  };
}

/** Components may be nested; as many levels as a document may have. */
function flat(components: readonly CyclonedxComponent[]): readonly CyclonedxComponent[] {
  return components.flatMap((one) => [one, ...flat(one.components)]);
}

function digestsOf({ hashes: all }: CyclonedxComponent): readonly string[] {
  return all.filter(({ alg }) => alg === 'SHA-256').map(({ content }) => content.toLowerCase());
}

/** Files that a build read are listed too; only those that the model contains are its own, and they have properties. */
function fromSpdx(spdx: z.infer<typeof spdxSchema>): ListedModel {
  const elements = spdx['@graph'];
  const containing = elements.filter(
    (one) => one.type === 'Relationship' && one['relationshipType'] === 'contains' && Array.isArray(one['to']),
  );
  const contained = new Set(containing.flatMap((one) => one['to'] as readonly unknown[]));
  const packages = elements.filter((one) => one.type === 'ai_AIPackage');
  const owners = new Set(containing.map((one) => one['from']));
  const models = packages.filter((one) => owners.has(one['spdxId']));
  // Base models are packages too; the model is the one that contains something, or the first when none does.
  const own = models.length > 0 ? models : packages.slice(0, 1);
  const listed = elements.filter((one) => one.type === 'software_File' && contained.has(one['spdxId']));
  return {
    schema: 'SPDX 3.0.1',
    rootDigests: own.flatMap(spdxDigests),
    files: listed.map((one) => ({ path: one.name, sha256: spdxDigests(one), claims: spdxClaims(one) })),
    claims: own.flatMap(spdxClaims),
  };
}

type SpdxElement = z.infer<typeof element>;

function spdxDigests({ verifiedUsing }: SpdxElement): readonly string[] {
  return verifiedUsing.flatMap(({ algorithm, hashValue }) =>
    algorithm === 'sha256' && hashValue !== undefined ? [hashValue.toLowerCase()] : [],
  );
}

function spdxClaims({ extension: all }: SpdxElement): readonly Claim[] {
  return claimsOf(
    all.flatMap(({ extension_cdxProperty: rows }) =>
      rows.map((row) => ({ name: row.extension_cdxPropName, value: row.extension_cdxPropValue })),
    ),
  );
}

/** Measures of a file; those of the model are also given for each format. */
const CLAIM = /^vouchsafe:((?:size|files|bytes|verdict|tensors|parameters|tensorBytes)(?::[a-z0-9-]+)?)$/;

function claimsOf(all: readonly Claim[]): readonly Claim[] {
  return all.flatMap(({ name, value }) => {
    const known = CLAIM.exec(name)?.[1];
    return known === undefined ? [] : [{ name: known, value }];
  });
}
