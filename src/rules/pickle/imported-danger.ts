import type { PickleEvent } from '../../formats/pickle/events.ts';
import { dangerOf } from '../data/pickle/dangerous.ts';
import { isListed } from './judge.ts';

/** The danger an import reaches for; undefined for any other event, for harmless names, and for those the allow-lists know. */
export function importedDanger(event: PickleEvent) {
  if (event.kind !== 'import') return undefined;
  const { module, name } = event.global;
  if (module === null || name === null) return undefined;
  const danger = dangerOf(module, name);
  if (danger === undefined || isListed(module, name)) return undefined;
  return { module, name, danger, written: event.written };
}
