import { basename } from 'node:path';
import { ConvertError } from '../../convert/errors.ts';
import { safetensorsName, stemOf } from '../../convert/names.ts';
import { planModel } from '../../convert/plan.ts';
import { type ModelJob, planOptions } from './job.ts';
import type { OpenSource } from './open-source.ts';
import type { ConvertOptions } from './options.ts';

/** One model in one file, one in shards, or a file for each source. @throws ConvertError. */
export function planFiles(
  sources: readonly OpenSource[],
  output: { readonly kind: 'file' | 'folder'; readonly path: string },
  options: ConvertOptions,
): ModelJob[] {
  const common = planOptions(options);
  if (output.kind === 'file') {
    const layout = { kind: 'one', name: basename(output.path) } as const;
    return [{ plan: planModel(sources, { ...common, layout }), sources, folder: '' }];
  }
  if (options.maxShardBytes !== undefined) {
    const [first] = sources;
    const stem = sources.length === 1 && first !== undefined ? stemOf(basename(first.path)) : 'model';
    const layout = { kind: 'sharded', stem, maxShardBytes: options.maxShardBytes } as const;
    return [{ plan: planModel(sources, { ...common, layout }), sources, folder: '' }];
  }
  const taken = new Map<string, string>();
  return sources.map((source) => {
    const name = safetensorsName(basename(source.path));
    const other = taken.get(name);
    if (other !== undefined) throw ConvertError.of('output-clash', { one: other, other: source.path, output: name });
    taken.set(name, source.path);
    return { plan: planModel([source], { ...common, layout: { kind: 'one', name } }), sources: [source], folder: '' };
  });
}
