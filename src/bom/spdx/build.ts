import { visible } from '../../scan/visible-text.ts';
import type { ConversionFacts } from '../conversion.ts';
import type { SpdxGraph } from './graph.ts';

/** A conversion as a build: the files it read, the files it wrote, and with what. */
export function buildElements(graph: SpdxGraph, conversion: ConversionFacts, files: ReadonlyMap<string, string>): void {
  const { tool, createdAt, sources, outputs } = conversion;
  const isTime = createdAt !== undefined && /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d/.test(createdAt);
  const build = graph.add('build', 'build_Build', {
    build_buildType: 'urn:vouchsafe:conversion',
    build_buildEndTime: isTime ? `${createdAt.slice(0, 19)}Z` : undefined,
  });
  const converter = graph.add('converter', 'Tool', { name: visible(`${tool.name} ${tool.version}`) });
  const inputs = sources.map(({ path, sha256 }) =>
    graph.add('source', 'software_File', {
      name: visible(path),
      verifiedUsing: sha256 === null ? undefined : [{ type: 'Hash', algorithm: 'sha256', hashValue: sha256 }],
    }),
  );
  const written = outputs.flatMap(({ path }) => files.get(path) ?? []);
  const scope = { scope: 'build' };
  graph.relate(build, 'hasInput', inputs, scope, 'LifecycleScopedRelationship');
  graph.relate(build, 'hasOutput', written, scope, 'LifecycleScopedRelationship');
  graph.relate(build, 'usesTool', [converter], scope, 'LifecycleScopedRelationship');
}
