import type { Taken } from './intake.ts';
import type { TieGroup } from './ties.ts';

/**
 * Splits tensors into files of at most `maxBytes` as huggingface_hub does (`split_state_dict_into_shards_factory`):
 * in order, a new file when the next tensor does not fit, a tensor larger than a file in one of its own. Tensors that
 * share memory stay together, so that no loader has to tie across files; here they count with all they write.
 */
export function splitIntoShards(
  all: readonly Taken[],
  groups: readonly TieGroup[],
  maxBytes: number,
): readonly (readonly Taken[])[] {
  const groupOf = new Map(groups.flatMap((group) => group.map((taken) => [taken, group] as const)));
  const placed = new Set<TieGroup>();
  const shards: (readonly Taken[])[] = [];
  let [current, bytes]: [Taken[], number] = [[], 0];
  const close = (): void => {
    if (current.length > 0) shards.push(current);
    [current, bytes] = [[], 0];
  };
  for (const taken of all) {
    const group = groupOf.get(taken) ?? [taken];
    if (placed.has(group)) continue;
    placed.add(group);
    const size = group.reduce((sum, { tensor }) => sum + tensor.placement.byteLength, 0);
    if (size > maxBytes) {
      shards.push(group);
      continue;
    }
    if (bytes + size > maxBytes) close();
    current.push(...group);
    bytes += size;
  }
  close();
  return shards;
}

const DIGITS = 5;

/** `model.safetensors` for one file, else `model-00001-of-00003.safetensors` and so on. */
export function shardNames(stem: string, count: number): string[] {
  if (count === 1) return [`${stem}.safetensors`];
  const part = (number: number): string => String(number).padStart(DIGITS, '0');
  return Array.from({ length: count }, (_, i) => `${stem}-${part(i + 1)}-of-${part(count)}.safetensors`);
}
