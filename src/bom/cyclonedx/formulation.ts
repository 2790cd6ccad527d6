import * as z from 'zod';
import { visible } from '../../scan/visible-text.ts';
import type { ConversionFacts } from '../conversion.ts';
import type { ModelFacts } from '../facts.ts';
import { pathReference } from '../refs.ts';
import { uuidOf } from '../uuid.ts';
import type { ExternalReference, Formula, Property } from './types.ts';

/** Remarks taken over; the record has them all. */
const MAX_NOTES = 100;

/** How the files came to be, as the conversion record says; undefined without one. */
export function formulaOf(facts: ModelFacts, refOf: (path: string) => string): Formula | undefined {
  const { conversion, root } = facts;
  if (conversion === undefined) return undefined;
  const uid = uuidOf(`${root.sha256} conversion`);
  const known = new Set(facts.files.map(({ path }) => path));
  const { tool, createdAt, outputs, sources } = conversion;
  return {
    components: [{ type: 'application', name: visible(tool.name), version: visible(tool.version) }],
    workflows: [
      {
        'bom-ref': `workflow:${uid}`,
        uid,
        name: 'conversion',
        taskTypes: ['build'],
        timeEnd: isTime(createdAt) ? createdAt : undefined,
        inputs: unique(sources.map((source) => ({ resource: { externalReference: sourceReference(source) } }))),
        outputs: unique(
          outputs
            .filter(({ path }) => known.has(path))
            .map(({ path }) => ({ type: 'artifact' as const, resource: { ref: refOf(path) } })),
        ),
        properties: propertiesOf(conversion),
      },
    ],
  };
}

function sourceReference({ path, sha256 }: ConversionFacts['sources'][number]): ExternalReference {
  const hashes = sha256 === null ? {} : { hashes: [{ alg: 'SHA-256' as const, content: sha256 }] };
  return { type: 'source-distribution', url: pathReference(path), ...hashes };
}

/** The schema wants the items of both lists to differ. */
function unique<Item>(items: readonly Item[]): readonly Item[] {
  return [...new Map(items.map((one) => [JSON.stringify(one), one])).values()];
}

/** RFC 3339, as the schema wants it. */
function isTime(text: string | undefined): text is string {
  return z.iso.datetime().safeParse(text).success;
}

function propertiesOf(conversion: ConversionFacts): readonly Property[] {
  const { file, tool, tensors, dropped, omitted, refused, notes } = conversion;
  const property = (name: string, value: string): Property => ({ name: `vouchsafe:conversion:${name}`, value });
  return [
    property('record', visible(file)),
    property('tool', visible(`${tool.name} ${tool.version}`)),
    property('tensors', String(tensors)),
    property('droppedAliases', String(dropped)),
    property('omittedValues', String(omitted)),
    property('refusedTensors', String(refused)),
    ...notes.slice(0, MAX_NOTES).map((note) => property('note', visible(note))),
  ];
}
