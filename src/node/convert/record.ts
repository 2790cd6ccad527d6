import type { ConversionRecord } from '../../convert/record-schema.ts';
import { packageVersion } from '../version.ts';
import type { Job, ModelJob } from './job.ts';
import type { OpenSource } from './open-source.ts';
import type { ConvertOptions } from './options.ts';
import type { Judged } from './scan-inputs.ts';
import type { Written } from './write-output.ts';

/** What is known when everything was written. */
export interface RecordFacts {
  readonly job: Job;
  readonly judged: ReadonlyMap<string, Judged>;
  /** Digests by path of the output; none of a dry run. */
  readonly written: ReadonlyMap<string, Written>;
  readonly options: ConvertOptions;
  readonly notes: readonly string[];
}

/** Where a file of a model comes to lie in the result. */
export function outputPath({ folder }: ModelJob, name: string): string {
  return `${folder}${name}`;
}

/** The record of a conversion, complete but for the digests nobody asked for. */
export function makeRecord(facts: RecordFacts): ConversionRecord {
  const { job, options } = facts;
  return {
    schemaVersion: '1.0',
    tool: { name: 'vouchsafe', version: packageVersion() },
    createdAt: (options.now ?? new Date()).toISOString(),
    options: {
      maxShardBytes: options.maxShardBytes ?? null,
      dedupe: options.dedupe ?? false,
      allowPartial: options.allowPartial ?? false,
      select: [...(options.select ?? [])],
      exclude: [...(options.exclude ?? [])],
      metadata: [...(options.metadata ?? [])].map(([key, value]) => ({ key, value })),
      rawDtype: options.rawItemDtype ?? null,
      allowCompressed: options.allowCompressed ?? false,
      wholeObject: options.wholeObject ?? false,
      object: options.object ?? null,
    },
    sources: job.models.flatMap(({ sources }) => sources.map((source) => sourceEntry(source, facts.judged))),
    outputs: outputEntries(facts),
    tensors: job.models.flatMap((model) => tensorEntries(model, facts.written)),
    dropped: job.models.flatMap(({ plan }) => plan.dropped.map((one) => ({ ...one }))),
    excluded: job.models.flatMap(({ plan }) => [...plan.excluded]),
    omitted: job.models.flatMap(({ plan, sources }) =>
      plan.omitted.map(({ source, path, what }) => ({ source: pathOf(sources, source), path, what })),
    ),
    refused: job.models.flatMap(({ plan, sources }) =>
      plan.refused.map(({ source, name, code, detail }) => ({ source: pathOf(sources, source), name, code, detail })),
    ),
    leftOut: job.leftOut.map((one) => ({ ...one })),
    changed: job.changed.map(({ path, became, why }) => ({ path, became: [...became], why })),
    notes: [...job.models.flatMap(({ plan }) => plan.notes), ...facts.notes],
  };
}

function pathOf(sources: readonly OpenSource[], index: number): string {
  return sources[index]?.path ?? '';
}

function sourceEntry(
  { path, source, file }: OpenSource,
  judged: RecordFacts['judged'],
): ConversionRecord['sources'][number] {
  const known = judged.get(path);
  return {
    path,
    sha256: known?.sha256 ?? null,
    size: source.size,
    format: file.format,
    verdict: known?.verdict ?? null,
    globals: [...file.globals],
  };
}

function outputEntries({ job, written }: RecordFacts): ConversionRecord['outputs'] {
  const entry = (path: string, size: number): ConversionRecord['outputs'][number] => ({
    path,
    size,
    sha256: written.get(path)?.sha256 ?? null,
  });
  return [
    ...job.models.flatMap((model) => [
      ...model.plan.outputs.map(({ name, size }) => entry(outputPath(model, name), size)),
      ...(model.plan.index === undefined
        ? []
        : [entry(outputPath(model, model.plan.index.name), Buffer.byteLength(model.plan.index.text))]),
    ]),
    ...job.copies.map(({ path, size }) => entry(path, size)),
  ];
}

function tensorEntries(model: ModelJob, written: RecordFacts['written']): ConversionRecord['tensors'] {
  return model.plan.outputs.flatMap(({ name, header, tensors }) => {
    const path = outputPath(model, name);
    const digests = written.get(path)?.tensors;
    return tensors.map(({ tensor, source, begin, end }, i) => ({
      name: tensor.name,
      dtype: tensor.dtype,
      shape: [...tensor.shape],
      source: {
        path: pathOf(model.sources, source),
        member: tensor.origin.member,
        span:
          tensor.origin.span === undefined ? null : { start: tensor.origin.span.start, end: tensor.origin.span.end },
      },
      output: { path, begin: header.length + begin, end: header.length + end },
      sha256: digests?.[i] ?? null,
    }));
  });
}
