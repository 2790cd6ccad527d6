import type { AdmissionFacts } from '../../../src/registry/admission/facts.ts';

const none = { items: [], total: 0 };

/** Facts of a clean version with safetensors and a configuration. */
export function cleanFacts(over: Partial<AdmissionFacts> = {}): AdmissionFacts {
  return {
    schema: 1,
    model: { name: 'research/small', classification: 'internal', tags: ['demo'] },
    source: { kind: 'upload' },
    verdict: 'clean',
    examinedAtMs: 1_000_000,
    files: 2,
    bytes: 3000,
    largest: { path: 'model.safetensors', bytes: 2900 },
    formats: {
      items: [
        { id: 'safetensors', files: 1, example: 'model.safetensors' },
        { id: 'json', files: 1, example: 'config.json' },
      ],
      total: 2,
    },
    findings: none,
    licences: { items: [{ name: 'Apache-2.0', kind: 'id', origin: 'README.md' }], total: 1 },
    code: { python: none, remote: none },
    signatures: { signers: none, unverified: none },
    conversion: { needed: none, refused: null },
    ...over,
  };
}

/** Facts of a clean version with a pickle. */
export function pickleFacts(over: Partial<AdmissionFacts> = {}): AdmissionFacts {
  return cleanFacts({
    formats: { items: [{ id: 'torch-zip', files: 1, example: 'pytorch_model.bin' }], total: 1 },
    conversion: { needed: { items: ['pytorch_model.bin'], total: 1 }, refused: none },
    ...over,
  });
}

/** Facts of which nothing is known but whose they are. */
export function unknownFacts(): AdmissionFacts {
  return cleanFacts({
    model: { name: 'research/small', classification: null, tags: [] },
    verdict: null,
    examinedAtMs: null,
    files: null,
    bytes: null,
    largest: null,
    formats: null,
    findings: null,
    licences: null,
    code: null,
    signatures: null,
    conversion: null,
  });
}
