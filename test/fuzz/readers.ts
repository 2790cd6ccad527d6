import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { CodedError } from '../../src/bytes/errors.ts';
import { BufferSource } from '../../src/bytes/source.ts';
import { cleanSource } from '../../src/clean/clean-source.ts';
import { parseIndex } from '../../src/seal/folder-index.ts';
import { parseHeader, headerLength } from '../../src/seal/header.ts';
import { readBundle } from '../../src/sign/bundle.ts';
import { parseSigningPolicy } from '../../src/sign/policy.ts';
import { tensorChunks } from '../../src/tensors/gather.ts';
import { readTensors } from '../../src/tensors/read-tensors.ts';
import { h5Data, h5Types } from '../build/hdf5-data.ts';
import { dict, objectOf, tensor } from '../build/torch-object.ts';
import { torchLegacy, torchZip } from '../build/torch.ts';
import type { Seed } from './fuzz.ts';

const FIXTURES = join(import.meta.dirname, '..', 'fixtures', 'oms');
const MAX_TENSOR_BYTES = 1024 * 1024;
const LIMITS = { maxInflatedBytes: 64 * 1024 * 1024, minRatioBytes: 1024 * 1024, maxSecondsPerFile: 5 };
const MAX_MILLISECONDS = 4000;

const AGE_HEADER = `age-encryption.org/v1
-> X25519 ${'A'.repeat(43)}
${'A'.repeat(43)}
--- ${'A'.repeat(43)}
`;

/** Whatever reads foreign bytes and is no scanner: it may refuse by a coded error, and nothing else. */
const readers: Readonly<Record<string, (bytes: Uint8Array, file: string) => void>> = {
  tensors: (bytes, file) => {
    const { tensors } = readTensors(new BufferSource(bytes), file, { limits: LIMITS });
    for (const one of tensors) {
      if (one.placement.byteLength > MAX_TENSOR_BYTES) continue;
      for (const chunk of tensorChunks(one)) void chunk;
    }
  },
  clean: (bytes, file) => void cleanSource(new BufferSource(bytes), file, { limits: LIMITS }),
  bundle: (bytes) => void readBundle(bytes),
  age: (bytes) => {
    const header = Buffer.from(bytes);
    if (headerLength(header) !== null) parseHeader(header);
  },
  index: (bytes) => void parseIndex(Buffer.from(bytes).toString('utf8')),
  policy: (bytes) => void parseSigningPolicy(Buffer.from(bytes).toString('utf8'), 'policy.yaml'),
};

/** What is wrong with how one of the readers takes these bytes; null when nothing is. */
export function complaintOfReaders(bytes: Uint8Array, file: string): string | null {
  for (const [name, read] of Object.entries(readers)) {
    const started = performance.now();
    try {
      read(bytes, file);
    } catch (error) {
      if (!(error instanceof CodedError)) {
        return `${name} threw: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
      }
    }
    const milliseconds = performance.now() - started;
    if (milliseconds > MAX_MILLISECONDS) return `${name} took ${Math.round(milliseconds)} ms`;
  }
  return null;
}

/** Files these readers accept, for mutation to start from. */
export function readerSeeds(): Seed[] {
  const object = objectOf({
    state_dict: (a) => dict(a, { w: (b) => tensor(b, { size: [2, 2], stride: [1, 2] }), b: (b) => tensor(b) }),
    epoch: (a) => a.binint1(3),
  });
  const bundles = readdirSync(FIXTURES, { recursive: true, encoding: 'utf8' }).filter((file) => file.endsWith('.sig'));
  const numbers = { name: 'w', shape: [2, 2], type: h5Types.f32, contiguous: new Uint8Array(16) };
  return [
    { id: 'tensors.hdf5', file: 'model.h5', bytes: h5Data([numbers]) },
    { id: 'tensors.torch-zip', file: 'model.pt', bytes: torchZip({ pickle: object }) },
    { id: 'tensors.torch-legacy', file: 'model.pt', bytes: torchLegacy({ object }) },
    { id: 'seal.header', file: 'model.age', bytes: Buffer.from(AGE_HEADER) },
    ...bundles.map((file) => ({ id: `sign.${file}`, file: 'model.sig', bytes: readFileSync(join(FIXTURES, file)) })),
  ];
}
