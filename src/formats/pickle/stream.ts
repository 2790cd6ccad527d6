import { LimitError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import type { ParseContext } from '../format.ts';
import { PickleMachine, type PickleOptions, type PickleOutcome } from './machine.ts';
import { rawArrayBytes } from './joblib.ts';
import { acts, examinePayload, runPlain, spelledPayload } from './nested.ts';
import type { WeightsOnlySimulation } from './weights-only.ts';

/** How one pickle of a file ended, and where it started. */
export interface PickleEnd {
  readonly outcome: PickleOutcome;
  readonly start: number;
}

/** Runs one pickle of a file through the rules: events, hidden payloads, damage, coverage. */
export function examinePickle(
  context: ParseContext,
  options: Pick<PickleOptions, 'start' | 'rawAfterBuild' | 'persistentLoad'> & {
    readonly weightsOnly?: WeightsOnlySimulation;
  } = {},
): PickleOutcome {
  const { source } = context;
  const start = options.start ?? 0;
  const machine = new PickleMachine(source, {
    budget: context.budget,
    start,
    onEvent(event) {
      options.weightsOnly?.observe(event);
      context.emit('pickle-event', event);
      const spelled = spelledPayload(event);
      if (spelled !== undefined) examinePayload(context, source, spelled);
    },
    onPayload: (payload) => examinePayload(context, source, payload),
    ...(options.rawAfterBuild === undefined ? {} : { rawAfterBuild: options.rawAfterBuild }),
    ...(options.persistentLoad === undefined ? {} : { persistentLoad: options.persistentLoad }),
  });
  const outcome = machine.run();
  options.weightsOnly?.finish(outcome);
  context.cover(start, outcome.end, 'structure');
  if (outcome.failure !== undefined) context.flaw(outcome.failure);
  context.emit('pickle-end', { outcome, start });
  return outcome;
}

/**
 * Every pickle of a stream that holds nothing else: a file may stack several, each with a memo of its own.
 * What follows the last STOP and is no pickle stays unaccounted for.
 */
export function examinePickles(context: ParseContext): void {
  const options: Pick<PickleOptions, 'rawAfterBuild'> = {
    rawAfterBuild: (target, view, offset) =>
      rawArrayBytes(context, target, view, offset, (start) => examinePickle(context, { start }).end),
  };
  let outcome = examinePickle(context, options);
  context.detail('pickle', { protocol: outcome.protocol, opcodes: outcome.opcodes });
  const { maxStackedPickles } = context.limits;
  for (let count = 1; outcome.stopped && continues(context, outcome.end); count += 1) {
    if (count >= maxStackedPickles) throw LimitError.of('maxStackedPickles', maxStackedPickles, 'more');
    outcome = examinePickle(context, { ...options, start: outcome.end });
  }
}

/** True when another pickle starts at `offset`: loaders that read several do not care how they are spelled. */
function continues(context: ParseContext, offset: number): boolean {
  const { source, budget } = context;
  const [lead, version] = readBytes(source, offset, 2);
  if (lead === undefined) return false;
  if (lead === 0x80 && version !== undefined && version <= 5) return true;
  return acts(source, context, { start: offset }) || runPlain(source, budget, offset) !== undefined;
}
