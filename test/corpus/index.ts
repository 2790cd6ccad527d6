import type { HostileCase } from './case.ts';
import { attackDocumentCases } from './families/attack-documents.ts';
import { attackPickleCases } from './families/attack-pickle.ts';
import { containerCases } from './families/containers.ts';
import { formatCases } from './families/formats.ts';
import { gadgetCases } from './families/gadgets.ts';
import { metadataCases } from './families/metadata.ts';
import { streamCases, truncationCases } from './families/streams.ts';

/** The manifest: every hostile file the scanner is measured on. None is stored; each is built when asked for. */
export const hostileCases: readonly HostileCase[] = [
  ...streamCases,
  ...truncationCases,
  ...gadgetCases,
  ...attackPickleCases,
  ...attackDocumentCases,
  ...containerCases,
  ...formatCases,
  ...metadataCases,
];
