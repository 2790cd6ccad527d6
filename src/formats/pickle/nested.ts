import { LimitError } from '../../bytes/errors.ts';
import type { Budget } from '../../bytes/limits.ts';
import { BufferSource, readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import type { ParseContext } from '../format.ts';
import { PickleMachine } from './machine.ts';
import type { PickleEvent } from './events.ts';
import { decodePayload, MIN_PAYLOAD_BYTES, type Payload, type PayloadEncoding, sniffPayload } from './payload.ts';
import { globalName } from './values.ts';

/** A text-encoded payload longer than this is tried by its first part only. */
const MAX_DECODED_BYTES = 16 * 1024 * 1024;
/** base64 of base64 of a pickle, and no further. */
const MAX_LAYERS = 4;

/** A constant that really is a payload: a pickle that would import something, or a container. */
export interface NestedPayload {
  readonly payload: Payload;
  /** What it is: a pickle that acts, one of plain data, or a container of unknown contents. */
  readonly what: 'pickle' | 'data' | 'container';
}

/** Examines a constant as an artifact of its own when it turns out to be one. */
export function examinePayload(context: ParseContext, source: Source, payload: Payload): void {
  if (!context.budget.tryConstant()) {
    const { maxPickleConstantsTried: allowed } = context.limits;
    throw LimitError.of('maxPickleConstantsTried', allowed, 'more');
  }
  const inner = open(source, payload);
  const what = inner === undefined ? undefined : recognize(context, inner);
  if (inner === undefined || what === undefined) return;
  if (what !== 'data') context.emit('pickle-payload', { payload, what });
  const name = `${payload.encoding === 'raw' ? 'bytes' : payload.encoding}@${payload.opcode}`;
  context.member({ name, source: inner, role: 'constant', offset: payload.content });
}

/** The payload's bytes, decoded as often as it is encoded. */
function open(source: Source, payload: Payload): Source | undefined {
  if (payload.encoding === 'raw' && payload.bytes === undefined) {
    return new SliceSource(source, payload.content, payload.length);
  }
  let bytes = payload.bytes ?? readBytes(source, payload.content, Math.min(payload.length, MAX_DECODED_BYTES));
  let encoding: PayloadEncoding | undefined = payload.encoding;
  for (let layer = 0; layer < MAX_LAYERS && encoding !== undefined && encoding !== 'raw'; layer += 1) {
    const decoded = decodePayload(encoding, bytes);
    if (decoded === undefined || decoded.length === 0) return undefined;
    bytes = decoded;
    encoding = sniffPayload(bytes, 0, bytes.length);
  }
  return new BufferSource(bytes);
}

/** `bytes([128, 4, …])`: a payload spelled as a list of numbers. */
export function spelledPayload(event: PickleEvent): Payload | undefined {
  if (event.kind !== 'call' || !/^builtins\.(?:bytes|bytearray)$/.test(globalName(event.call.callee) ?? ''))
    return undefined;
  const [list] = event.view.items(event.call.args) ?? [];
  if (typeof list !== 'object' || (list.kind !== 'list' && list.kind !== 'tuple')) return undefined;
  if (list.items.length < MIN_PAYLOAD_BYTES) return undefined;
  const bytes = Uint8Array.from(list.items, (item) => event.view.int(item) ?? 0);
  const encoding = sniffPayload(bytes, 0, bytes.length);
  return encoding === undefined
    ? undefined
    : { encoding, opcode: event.offset, content: event.offset, length: list.count, bytes };
}

function recognize(context: ParseContext, inner: Source): NestedPayload['what'] | undefined {
  const [first, second] = readBytes(inner, 0, 2);
  if (isContainer(first, second)) return 'container';
  if (acts(inner, context)) return 'pickle';
  return first === 0x80 && runs(inner, context) ? 'data' : undefined;
}

/** True for a pickle that only builds data, which may hold the next payload. */
function runs(source: Source, context: Pick<ParseContext, 'budget'>): boolean {
  const outcome = new PickleMachine(source, { budget: context.budget, stopAtFailure: true }).run();
  return outcome.stopped && outcome.failure === undefined;
}

/** Other bytes do not run this many opcodes by accident. */
const PROOF_OPCODES = 4096;

/**
 * The end of the pickle at `start` if it runs without failing and does more than stop; `Infinity` when it runs for so
 * long that it can be nothing else.
 */
export function runPlain(source: Source, budget: Budget, start: number): number | undefined {
  const outcome = new PickleMachine(source, { budget, start, stopAtFailure: true, stopAfter: PROOF_OPCODES }).run();
  if (outcome.failure !== undefined) return undefined;
  if (!outcome.stopped) return Number.POSITIVE_INFINITY;
  return outcome.opcodes > 1 ? outcome.end : undefined;
}

function isContainer(first: number | undefined, second: number | undefined): boolean {
  if (first === 0x50) return second === 0x4b;
  if (first === 0x1f) return second === 0x8b;
  if (first === 0x42) return second === 0x5a;
  if (first === 0xfd) return second === 0x37;
  return first === 0x78 && (second === 0x01 || second === 0x5e || second === 0x9c || second === 0xda);
}

/** Thrown by the listener of a trial run once it has seen enough. */
class Seen extends Error {}

/** True when the bytes are a pickle that does something before it stops or, unless it `survivesFailure`, breaks. */
export function acts(
  source: Source,
  context: Pick<ParseContext, 'budget'>,
  options: { readonly start?: number; readonly survivesFailure?: boolean } = {},
): boolean {
  let imported = false;
  const machine = new PickleMachine(source, {
    budget: context.budget,
    start: options.start ?? 0,
    stopAtFailure: options.survivesFailure !== true,
    onEvent(event) {
      if (event.kind === 'import') imported ||= isName(event.global.module) && isName(event.global.name);
      else if (event.kind === 'extension' || (event.kind !== 'anomaly' && imported)) throw new Seen();
    },
  });
  try {
    const outcome = machine.run();
    return imported && outcome.stopped && outcome.failure === undefined;
  } catch (error) {
    if (error instanceof Seen) return true;
    if (error instanceof LimitError) return imported;
    throw error;
  }
}

export function isName(name: string | null): boolean {
  return name === null || /^[A-Za-z_][\w.]*$/.test(name);
}
