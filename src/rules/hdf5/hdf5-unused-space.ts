import { h5Attribute, h5File } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5UnusedSpace = faultRule({
  id: 'hdf5-unused-space',
  title: 'Much space no object uses',
  severity: 'info',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { 'unused-space': true },
  references: [{ kind: 'CWE', id: 'CWE-506' }],
  why: 'Objects that were deleted leave their bytes behind, and newer indexes of chunks are not followed. The bytes were looked at as a file of their own, but nothing else is known about them.',
  fix: 'Rewrite the file with h5repack, which leaves out what no object uses.',
  examples: {
    bad: [{ name: 'model.h5', content: withUnusedSpace }],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});

/** The ordinary file with its declared end moved behind bytes that no object uses. */
function withUnusedSpace(): Uint8Array {
  const file = h5File({ after: 70_000 });
  new DataView(file.buffer).setBigUint64(28, BigInt(file.length), true);
  return file;
}
