import type { ArchiveFlavour } from './archive.ts';

type Test = (names: readonly string[]) => boolean;

const some =
  (pattern: RegExp): Test =>
  (names) =>
    names.some((name) => pattern.test(name));

/**
 * Which loader an archive is made for, by the names in it; the first that fits. Torch looks names up without
 * regard to case, so it is recognized like that too.
 */
const tests: readonly (readonly [ArchiveFlavour, Test])[] = [
  ['torchscript', some(/^[^/]+\/constants\.pkl$/i)],
  ['torch', some(/^[^/]+\/data\.pkl$/i)],
  ['nemo', some(/^model_config\.ya?ml$/)],
  ['mar', some(/^MAR-INF\/MANIFEST\.json$/i)],
  ['wheel', some(/^[^/]+\.dist-info\/WHEEL$/)],
  [
    'keras',
    (names) => names.includes('config.json') && names.some((name) => /^(?:metadata\.json|.*\.weights\.h5)$/.test(name)),
  ],
  ['skops', some(/^schema\.json$/)],
  ['npz', (names) => names.some((name) => name.endsWith('.npy')) && names.every((name) => !name.endsWith('/'))],
  ['torch-tar', (names) => ['pickle', 'storages', 'tensors'].every((name) => names.includes(name))],
];

/** The flavour of an archive with these member names. */
export function flavourOf(names: readonly string[]): ArchiveFlavour {
  const plain = names.map((name) => name.replace(/^\.\//, ''));
  return tests.find(([, fits]) => fits(plain))?.[0] ?? 'plain';
}

/** Records that torch reads as raw tensor bytes: `<root>/data/0`, `<root>/constants/0`, `.data/1.storage`. */
const TORCH_RECORD = /^[^/]+\/(?:(?:data|constants|tensors)\/\d+|\.data\/\d+\.storage)$/i;

/** True for a member whose bytes its loader takes as numbers, whatever they are. */
export function isTensorRecord(flavour: ArchiveFlavour, name: string): boolean {
  return (flavour === 'torch' || flavour === 'torchscript') && TORCH_RECORD.test(name);
}
