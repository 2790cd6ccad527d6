import { defineFormat, type Probe } from '../format.ts';
import { findDirectories, findEnds } from './directory.ts';
import { examineZip } from './examine-zip.ts';
import { readZip } from './read-zip.ts';

export const zip = defineFormat({
  id: 'zip',
  title: 'ZIP archive',
  extensions: ['.zip', '.npz', '.whl', '.keras', '.skops', '.mar', '.jar'],
  detect: (probe) => (isZip(probe) ? 'certain' : null),
  parse(context) {
    examineZip(context, readZip(context.source, context.limits));
  },
});

/** Containers that store members as they are: a zip file in their last member would be found through the tail. */
const STORING: readonly (readonly [offset: number, magic: string])[] = [
  [257, 'ustar'],
  [0, '7z\u00bc\u00af'],
];

/**
 * A local header at the start, or a directory that the tail leads to, whatever comes before it. Where looking at the
 * tail would mean decoding everything, only the start counts: a tail then shows up as unaccounted bytes.
 */
export function isZip(probe: Probe): boolean {
  if (probe.startsWith('PK\u0003\u0004') || probe.startsWith('PK\u0005\u0006')) return true;
  const { source } = probe;
  if (source.sequential === true || probe.head.length < 22) return false;
  if (STORING.some(([offset, magic]) => probe.startsWith(magic, offset))) return false;
  return findEnds(source).some((end) => findDirectories(source, end).length > 0);
}
