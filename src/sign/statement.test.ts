import { createHash } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { codeOf } from '../../test/sign/code-of.ts';
import { rootDigest } from './manifest.ts';
import { modelPayload, parseStatement } from './statement.ts';

const one = createHash('sha256').update('one').digest('hex');
const two = createHash('sha256').update('two').digest('hex');

interface Changes {
  readonly resources?: readonly unknown[];
  readonly serialization?: object;
  readonly statement?: object;
  readonly predicate?: object;
  readonly digest?: string;
}

const resource = (name: string, digest = one, algorithm = 'sha256') => ({ name, digest, algorithm });

/** A statement as it should be, unless told otherwise. */
function payload(changes: Changes = {}): Buffer {
  const resources = changes.resources ?? [resource('a'), resource('b', two)];
  const digest = changes.digest ?? rootDigest(resources as { name: string; digest: string }[]);
  return Buffer.from(
    JSON.stringify({
      _type: 'https://in-toto.io/Statement/v1',
      subject: [{ name: 'm', digest: { sha256: digest } }],
      predicateType: 'https://model_signing/signature/v1.0',
      predicate: {
        resources,
        serialization: { method: 'files', hash_type: 'sha256', allow_symlinks: false, ...changes.serialization },
        ...changes.predicate,
      },
      ...changes.statement,
    }),
  );
}

const codeFor = (changes: Changes): string => codeOf(() => parseStatement(payload(changes)));

describe('a statement of a model', () => {
  it('is read as it was written', () => {
    const statement = parseStatement(payload());
    expect(statement).toMatchObject({ kind: 'model', order: 'code-point', isLegacy: false, notes: [] });
    if (statement.kind !== 'model') throw new Error('not a model');
    expect(parseStatement(modelPayload(statement.manifest))).toEqual(statement);
  });

  it('has the root digest of its resources (OMS §6.5)', () => {
    expect(codeFor({ digest: one })).toBe('root-digest-mismatch');
  });

  it('has exactly one subject with a SHA-256', () => {
    const subject = { name: 'm', digest: { sha256: one } };
    expect(codeFor({ statement: { subject: [subject, subject] } })).toBe('statement-malformed');
    expect(codeFor({ statement: { subject: [] } })).toBe('statement-malformed');
    expect(codeFor({ statement: { subject: [{ name: 'm', digest: { sha1: '00' } }] } })).toBe('statement-malformed');
  });

  it('has no resource, and is refused (reference defect 4)', () => {
    expect(codeFor({ resources: [] })).toBe('empty-manifest');
    expect(codeFor({ resources: [], serialization: { ignore_paths: ['.'] } })).toBe('empty-manifest');
  });

  it('names a resource twice, and is refused (reference defect 4)', () => {
    expect(codeFor({ resources: [resource('a'), resource('a')] })).toBe('duplicate-name');
    expect(codeFor({ resources: [resource('a'), resource('a', two)] })).toBe('duplicate-name');
  });

  it('has fields that nobody knows, and is refused, except in resources (OMS §5.2.1)', () => {
    expect(codeFor({ statement: { more: 1 } })).toBe('statement-malformed');
    expect(codeFor({ predicate: { more: 1 } })).toBe('statement-malformed');
    expect(codeFor({ serialization: { more: 1 } })).toBe('statement-malformed');
    expect(codeFor({ resources: [{ ...resource('a'), uri: 'x' }] })).toBe('none');
  });

  it('mixes hash algorithms, and is refused', () => {
    expect(codeFor({ resources: [resource('a', one, 'sha1')] })).toBe('algorithm-mismatch');
    expect(codeFor({ resources: [resource('a', one, 'blake3')] })).toBe('algorithm-mismatch');
    expect(codeFor({ serialization: { hash_type: 'md5' } })).toBe('algorithm-mismatch');
    expect(codeFor({ serialization: { hash_type: '__proto__' } })).toBe('algorithm-mismatch');
    expect(codeFor({ resources: [resource('a', one.slice(2))] })).toBe('algorithm-mismatch');
  });

  it('writes digests in one way only', () => {
    expect(codeFor({ resources: [resource('a', one.toUpperCase())], digest: one })).toBe('statement-malformed');
    expect(codeFor({ resources: [resource('a', `${one}0`)], digest: one })).toBe('statement-malformed');
  });

  it.each([0, -1, 0.5, 10.5, 2 ** 60, '10', null])(
    'has a shard size of %j, and is refused (reference defect 3)',
    (shard_size) => {
      const resources = [resource('a:0:10')];
      expect(codeFor({ resources, serialization: { method: 'shards', shard_size } })).toBe('statement-malformed');
    },
  );

  it('has shards as the Python reference names them (reference defect 3)', () => {
    const resources = [resource('a:0:10', one, 'sha256-sharded-10')];
    const serialization = { method: 'shards', shard_size: 10 };
    expect(parseStatement(payload({ resources, serialization })).notes).toHaveLength(1);
    expect(codeFor({ resources, serialization: { method: 'shards', shard_size: 20 } })).toBe('algorithm-mismatch');
  });

  it('calls BLAKE2b by any name that the reference used (reference defect 2)', () => {
    const long = createHash('blake2b512').update('one').digest('hex');
    for (const name of ['blake2b', 'blake2', 'blake2b-512']) {
      const statement = parseStatement(
        payload({ resources: [resource('a', long, name)], serialization: { hash_type: name } }),
      );
      expect(statement).toMatchObject({ manifest: { serialization: { hashType: 'blake2b' } } });
    }
  });

  it('has a shard size without shards, or shards without one', () => {
    expect(codeFor({ serialization: { shard_size: 10 } })).toBe('statement-malformed');
    expect(codeFor({ resources: [resource('a:0:10')], serialization: { method: 'shards' } })).toBe(
      'statement-malformed',
    );
  });

  it('says everything once: a key that is there twice is two documents in one', () => {
    const text = payload().toString();
    const twice = text.replace('"predicate":{', '"predicate":{"resources":[],');
    expect(twice).not.toBe(text);
    expect(codeOf(() => parseStatement(Buffer.from(twice)))).toBe('statement-malformed');
    const escaped = text.replace('"predicate":{', '"predicate":{"resource\\u0073":[],');
    expect(codeOf(() => parseStatement(Buffer.from(escaped)))).toBe('statement-malformed');
  });

  it('may hold texts that look like keys', () => {
    const resources = [resource('"a": {\\"b\\":1}'), resource('a:":')].sort((a, b) => (a.name < b.name ? -1 : 1));
    expect(codeFor({ resources })).toBe('none');
  });

  it('is of another type, and is refused or taken for an attestation', () => {
    expect(codeFor({ statement: { _type: 'https://in-toto.io/Statement/v0.1' } })).toBe('statement-unsupported');
    expect(parseStatement(payload({ statement: { predicateType: 'urn:x' } })).kind).toBe('attestation');
  });
});
