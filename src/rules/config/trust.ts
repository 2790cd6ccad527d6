import type { DocumentIndex, Place } from './document-index.ts';

/** Places where a document itself asks for `trust_remote_code`. */
export function trustPlaces(index: DocumentIndex): readonly Place[] {
  return index.keyed('trust_remote_code').filter(({ node }) => {
    if (node.kind !== 'scalar') return false;
    return (
      node.value === true ||
      node.value === 1 ||
      (typeof node.value === 'string' && /^(?:true|yes|1)$/i.test(node.value))
    );
  });
}
