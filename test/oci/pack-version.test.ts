import { expect, test } from 'vitest';
import { layerType, weightsFormat } from '../../src/registry/oci/layer-type.ts';
import { packedColumns, packVersion } from '../../src/registry/oci/pack-version.ts';
import { repositoryOf } from '../../src/registry/oci/repository-name.ts';

const facts = {
  name: 'acme/Bert-base',
  number: 3,
  revision: 'ab'.repeat(20),
  createdAtMs: Date.UTC(2026, 0, 2, 3, 4, 5, 678),
  files: [
    { path: 'model.safetensors', bytes: 5_000_000_000, digest: `sha256:${'1'.repeat(64)}` },
    { path: 'übung/größe+1.txt', bytes: 6, digest: `sha256:${'2'.repeat(64)}` },
    { path: 'README.md', bytes: 0, digest: `sha256:${'3'.repeat(64)}` },
    { path: 'a"b.py', bytes: 7, digest: `sha256:${'4'.repeat(64)}` },
  ],
};

test('the manifest of a version is the same, byte by byte, for ever: people pin its digest', () => {
  // Never change these: a new way to pack gets a function of its own.
  expect(packedColumns(facts)).toEqual({
    oci_manifest: 'sha256:5e31aac9f62a2a8205cde0789bbc55e051dabeb653c22e1ab9c6873ca0aebab0',
    oci_manifest_bytes: 1785,
    oci_config: 'sha256:778867208e5b68c6fbd3b19db2f2f1504e7726efa669e5b16d4563f72f385e38',
  });
});

test('it is made of the facts, in whatever order the files come', () => {
  const { manifest, config } = packVersion({ ...facts, files: facts.files.toReversed() });
  expect(manifest.digest).toBe(packedColumns(facts).oci_manifest);
  expect(JSON.parse(config.bytes.toString())).toEqual({
    descriptor: {
      createdAt: '2026-01-02T03:04:05.678Z',
      name: 'acme/Bert-base',
      version: 'v3',
      revision: 'ab'.repeat(20),
    },
    modelfs: { type: 'layers', diffIds: ['3', '4', '1', '2'].map((digit) => `sha256:${digit.repeat(64)}`) },
    config: { format: 'safetensors' },
  });
  expect(JSON.parse(manifest.bytes.toString())).toMatchObject({
    schemaVersion: 2,
    mediaType: 'application/vnd.oci.image.manifest.v1+json',
    artifactType: 'application/vnd.cncf.model.manifest.v1+json',
    config: { mediaType: 'application/vnd.cncf.model.config.v1+json', digest: config.digest },
    layers: [
      { mediaType: 'application/vnd.cncf.model.doc.v1.raw', size: 0 },
      { mediaType: 'application/vnd.cncf.model.code.v1.raw', annotations: { 'org.cncf.model.filepath': 'a"b.py' } },
      { mediaType: 'application/vnd.cncf.model.weight.v1.raw', size: 5_000_000_000 },
      {
        mediaType: 'application/vnd.cncf.model.weight.config.v1.raw',
        annotations: { 'org.opencontainers.image.title': 'übung/größe+1.txt' },
      },
    ],
  });
});

test('another number, name, revision or file is another manifest', () => {
  const { oci_manifest: digest } = packedColumns(facts);
  const others = [
    { ...facts, number: 4 },
    { ...facts, name: 'acme/bert-base' },
    { ...facts, revision: 'cd'.repeat(20) },
    { ...facts, files: facts.files.slice(1) },
  ];
  const digests = others.map((other) => packedColumns(other).oci_manifest);
  expect(new Set([digest, ...digests]).size).toBe(5);
});

test('a version with more files than a manifest may name has none', () => {
  const files = Array.from({ length: 10_000 }, (_, at) => ({
    path: `${'x'.repeat(200)}/${at}.json`,
    bytes: 1,
    digest: `sha256:${'0'.repeat(64)}`,
  }));
  expect(packedColumns({ ...facts, files })).toEqual({
    oci_manifest: null,
    oci_manifest_bytes: null,
    oci_config: null,
  });
});

test.each([
  ['LICENSE', 'doc'],
  ['docs/Readme.md', 'doc'],
  ['LICENSE-2.0.txt', 'doc'],
  ['vocab.txt', 'weight.config'],
  ['tokenizer.json', 'weight.config'],
  ['tokenizer.model', 'weight.config'],
  ['readmes.json', 'weight.config'],
  ['onnx/Model.ONNX', 'weight'],
  ['model.onnx_data', 'weight'],
  ['modeling_bert.py', 'code'],
  ['data/train.parquet', 'dataset'],
  ['bin', 'weight.config'],
  ['bin.d/pytorch_model.bin', 'weight'],
  ['constructor', 'weight.config'],
  ['.gitattributes', 'weight.config'],
])('%s is %s to a model', (path, kind) => {
  expect(layerType(path)).toBe(`application/vnd.cncf.model.${kind}.v1.raw`);
});

test('the format of the weights is told where there is one', () => {
  expect(weightsFormat(['a.gguf', 'README.md'])).toBe('gguf');
  expect(weightsFormat(['a.gguf', 'b.safetensors'])).toBeUndefined();
  expect(weightsFormat(['a.bin'])).toBeUndefined();
  expect(weightsFormat(['a.json'])).toBeUndefined();
});

test.each([
  ['acme/Bert-base', 'acme/bert-base'],
  ['gpt2', 'gpt2'],
  ['A/b__c', 'a/b__c'],
  ['acme/v1.0_x', 'acme/v1.0_x'],
  ['acme/a._b', null],
  ['acme/a___b', null],
  ['acme/a_', null],
])('the repository of %s is %s', (name, repository) => {
  expect(repositoryOf(name)).toBe(repository);
});
