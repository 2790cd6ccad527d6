import * as z from 'zod';
import { SignError } from './errors.ts';
import { signLimits } from './limits.ts';
import {
  checkManifest,
  rootDigest,
  sortResources,
  type HashName,
  type Manifest,
  type ManifestOrder,
  type Resource,
  type Serialization,
} from './manifest.ts';
import { hashBytes } from './names.ts';
import { parseStrictJson } from './strict-json.ts';

const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
const MODEL_PREDICATE_TYPE = 'https://model_signing/signature/v1.0';
/** Version 0.2 of the Python reference: one subject for each file. Read, never written. */
const LEGACY_PREDICATE_TYPE = 'https://model_signing/Digests/v0.1';

/** In the digest set of an attestation's subject, beside `sha256`: other verifiers pass over names they do not know. */
const MANIFEST_DIGEST = 'vouchsafeManifestV1';

/** What a statement is about. */
interface Subject {
  readonly name: string;
  /** Lower-case hexadecimal. */
  readonly sha256: string;
  /** `manifestDigest` of what it is about, where whoever attested knew to say it. */
  readonly manifestSha256?: string | undefined;
}

/** A signed manifest. */
export interface ModelStatement {
  readonly kind: 'model';
  readonly manifest: Manifest;
  readonly order: ManifestOrder;
  /** SHA-256 that stands for the whole model; what attestations name as their subject. */
  readonly rootDigest: string;
  /** A single-file model whose name was not recorded: the Python reference calls it `.`, against §6.1.2. */
  readonly isNameless: boolean;
  readonly isLegacy: boolean;
  /** What is unusual about it, in words. */
  readonly notes: readonly string[];
}

/** Any other in-toto statement. */
export interface AttestationStatement {
  readonly kind: 'attestation';
  readonly subjects: readonly Subject[];
  readonly predicateType: string;
  readonly predicate: unknown;
  readonly notes: readonly string[];
}

export type Statement = ModelStatement | AttestationStatement;

const hex = z.string().regex(/^([0-9a-f]{2})+$/, 'expected lower-case hexadecimal digits');
// Of the other digests nobody here makes use.
const digestSet = z.looseObject({ sha256: hex.optional(), [MANIFEST_DIGEST]: hex.optional() });

// The items of long lists are looked at one by one, and the first fault ends it: a schema collects all of them.
const list = z.array(z.unknown());
const subjectSchema = z.looseObject({ name: z.string(), digest: digestSet });
/** §5.2.1: unrecognised fields of a resource are ignored, those of anything else are not. */
const resourceSchema = z.looseObject({ name: z.string(), digest: hex, algorithm: z.string() });
const ignorePathSchema = z.string().min(1);

const statementSchema = z.strictObject({
  _type: z.literal(STATEMENT_TYPE),
  subject: list.min(1),
  predicateType: z.string().min(1),
  predicate: z.unknown(),
});

const serializationSchema = z.strictObject({
  method: z.enum(['files', 'shards']),
  hash_type: z.string(),
  // 1e9 written as 1000000000.0 is an integer in JSON Schema and what the Python reference writes; 0.5 is none.
  shard_size: z.number().int().positive().optional(),
  allow_symlinks: z.boolean(),
  ignore_paths: list.optional(),
});

const predicateSchema = z.strictObject({
  resources: list,
  serialization: serializationSchema,
});

type RawStatement = Omit<z.infer<typeof statementSchema>, 'subject'> & {
  readonly subject: readonly z.infer<typeof subjectSchema>[];
};

/**
 * Reads a signed payload and checks everything that can be known without the files.
 * @throws SignError.
 */
export function parseStatement(payload: Uint8Array): Statement {
  const value = parseStrictJson(payload, { code: 'statement-malformed', what: 'the payload' });
  const { subject, ...rest } = parseWith(statementSchema, value);
  const raw = {
    ...rest,
    subject: items(subjectSchema, subject, { maxItems: signLimits.maxResources, what: 'subject' }),
  };
  if (raw.predicateType === MODEL_PREDICATE_TYPE) return parseModel(raw);
  if (raw.predicateType === LEGACY_PREDICATE_TYPE) {
    if (payload.length <= signLimits.maxLegacyBytes) return parseLegacy(raw);
    throw SignError.of('size-limit', `a statement of ${payload.length} bytes, ${signLimits.maxLegacyBytes} allowed`);
  }
  return {
    kind: 'attestation',
    subjects: raw.subject.map(subjectOf),
    predicateType: raw.predicateType,
    predicate: raw.predicate,
    notes: [],
  };
}

function parseModel(raw: RawStatement): ModelStatement {
  const [subject] = raw.subject;
  if (subject === undefined || raw.subject.length !== 1) {
    throw SignError.of('statement-malformed', `expected one subject, found ${raw.subject.length}`);
  }
  const { resources: named, serialization: how } = parseWith(predicateSchema, raw.predicate);
  const listed = items(resourceSchema, named, { maxItems: signLimits.maxResources, what: 'resources' });
  const notes: string[] = [];
  const hashType = hashNameOf(how.hash_type, notes);
  for (const { name, algorithm } of listed) checkAlgorithm(name, algorithm, { hashType, how, notes });
  const resources = listed.map(({ name, digest }) => ({ name, digest }));
  const isNameless = how.method === 'files' && resources.length === 1 && resources[0]?.name === '.';
  const manifest: Manifest = { modelName: subject.name, resources, serialization: serializationOf(how, hashType) };
  if (isNameless) notes.push('the name of the file was not recorded, as the Python reference leaves it out');
  const order = isNameless ? 'code-point' : checkManifest(manifest);
  const recomputed = rootDigest(resources);
  const { sha256 } = subjectOf(subject);
  if (recomputed !== sha256) {
    throw SignError.of('root-digest-mismatch', `the statement says ${sha256}, its resources give ${recomputed}`);
  }
  if (order === 'path-component') notes.push('sorted by path component, as the Python reference does');
  return { kind: 'model', manifest, order, rootDigest: sha256, isNameless, isLegacy: false, notes };
}

/** The items of a list, checked one by one. @throws SignError at the first fault. */
function items<T>(
  schema: z.ZodType<T>,
  found: readonly unknown[],
  { maxItems, what }: { readonly maxItems: number; readonly what: string },
): T[] {
  if (found.length > maxItems) throw SignError.of('size-limit', `${found.length} ${what}, ${maxItems} allowed`);
  return found.map((one, index) => parseWith(schema, one, [what, index]));
}

interface AlgorithmContext {
  readonly hashType: HashName;
  readonly how: z.infer<typeof serializationSchema>;
  readonly notes: string[];
}

/** What one resource says must be what the serialization says (§5.2.1): a weaker one must not slip in. */
function checkAlgorithm(name: string, algorithm: string, { hashType, how, notes }: AlgorithmContext): void {
  if (algorithm === hashType || algorithm === how.hash_type) return;
  // The Python reference writes "sha256-sharded-1000000000" for shards.
  if (how.method === 'shards' && algorithm === `${how.hash_type}-sharded-${how.shard_size}`) {
    const note = 'names its shard hashes as the Python reference does, not as the specification says';
    if (!notes.includes(note)) notes.push(note);
    return;
  }
  throw SignError.of('algorithm-mismatch', `${name} has ${algorithm}, the manifest is for ${how.hash_type}`);
}

/** The Python reference verifies "blake2" only, and writes "blake2b"; both are BLAKE2b-512. */
function hashNameOf(text: string, notes: string[]): HashName {
  if (Object.hasOwn(hashBytes, text)) return text as HashName;
  if (text !== 'blake2' && text !== 'blake2b-512') {
    throw SignError.of('algorithm-mismatch', `the hash ${text} is not one of ${Object.keys(hashBytes).join(', ')}`);
  }
  notes.push(`calls its hash ${text}; the registered name is blake2b`);
  return 'blake2b';
}

function serializationOf(how: z.infer<typeof serializationSchema>, hashType: HashName): Serialization {
  return {
    method: how.method,
    hashType,
    allowSymlinks: how.allow_symlinks,
    ...(how.shard_size === undefined ? {} : { shardSize: how.shard_size }),
    ignorePaths: items(ignorePathSchema, how.ignore_paths ?? [], {
      maxItems: signLimits.maxIgnorePaths,
      what: 'ignore_paths',
    }),
  };
}

function parseLegacy(raw: RawStatement): ModelStatement {
  const named: Resource[] = raw.subject.map((one) => ({ name: one.name, digest: subjectOf(one).sha256 }));
  const resources = sortResources(named, 'code-point');
  const manifest: Manifest = {
    modelName: 'model',
    resources,
    serialization: { method: 'files', hashType: 'sha256', allowSymlinks: false, ignorePaths: [] },
  };
  const order = checkManifest(manifest);
  const notes = ['signed by version 0.2 of the Python reference: no root digest was signed; sign it again'];
  return {
    kind: 'model',
    manifest,
    order,
    rootDigest: rootDigest(resources),
    isNameless: false,
    isLegacy: true,
    notes,
  };
}

function subjectOf({ name, digest }: RawStatement['subject'][number]): Subject {
  const sha256 = digest['sha256'];
  if (sha256?.length !== 64) throw SignError.of('statement-malformed', `the subject ${name} has no SHA-256`);
  const manifestSha256 = digest[MANIFEST_DIGEST];
  return { name, sha256, ...(manifestSha256 === undefined ? {} : { manifestSha256 }) };
}

/** The payload that says what a model consists of (§6.6). */
export function modelPayload(manifest: Manifest): Buffer {
  checkManifest(manifest);
  const { resources, serialization: how } = manifest;
  return payloadOf({
    subjects: [{ name: manifest.modelName, sha256: rootDigest(resources) }],
    predicateType: MODEL_PREDICATE_TYPE,
    predicate: {
      resources: resources.map(({ name, digest }) => ({ name, digest, algorithm: how.hashType })),
      serialization: {
        method: how.method,
        hash_type: how.hashType,
        ...(how.shardSize === undefined ? {} : { shard_size: how.shardSize }),
        allow_symlinks: how.allowSymlinks,
        ignore_paths: how.ignorePaths,
      },
    },
  });
}

/** The payload of any statement. */
export function payloadOf(statement: Pick<AttestationStatement, 'subjects' | 'predicateType' | 'predicate'>): Buffer {
  const { subjects, predicateType, predicate } = statement;
  const subject = subjects.map(({ name, sha256, manifestSha256 }) => ({
    name,
    digest: { sha256, ...(manifestSha256 === undefined ? {} : { [MANIFEST_DIGEST]: manifestSha256 }) },
  }));
  return Buffer.from(JSON.stringify({ _type: STATEMENT_TYPE, subject, predicateType, predicate }));
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown, at: readonly PropertyKey[] = []): T {
  const parsed = schema.safeParse(value);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  const path = [...at, ...(issue?.path ?? [])];
  const isType = path.length === 1 && path[0] === '_type';
  const where = path.length === 0 ? 'the statement' : path.map(String).join('.');
  throw SignError.of(isType ? 'statement-unsupported' : 'statement-malformed', `${where}: ${issue?.message ?? ''}`);
}
