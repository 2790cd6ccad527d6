import { readBytes } from '../../bytes/source.ts';
import { defineFormat, type Probe } from '../format.ts';
import { highestProtocol } from './opcodes.ts';
import { acts } from './nested.ts';
import { PickleMachine } from './machine.ts';
import { examinePickles } from './stream.ts';

/** A text pickle without imports can do no harm; only such a short one is worth telling from text. */
const MAX_DATA_PROBE_BYTES = 64 * 1024;

/** Python pickle, protocols 0 to 5: a program for the unpickler's stack machine. */
export const pickle = defineFormat({
  id: 'pickle',
  title: 'Python pickle',
  extensions: ['.pkl', '.pickle', '.p', '.sav', '.joblib', '.dat'],
  detect(probe) {
    if (probe.startsWith([0x80])) return (probe.head[1] ?? 0xff) <= highestProtocol ? 'certain' : null;
    if (!couldStart(probe.head[0])) return null;
    if (acts(probe.source, probe)) return 'certain';
    return isPlainData(probe) ? 'likely' : null;
  },
  parse: (context) => examinePickles(context),
});

/** Opcodes that can begin a stream without a protocol header: those that need nothing on the stack. */
const FIRST_OPCODES = new Set([
  ...Array.from('(){]}NIJKMLFGSTUVXBCcP.', (letter) => letter.charCodeAt(0)),
  ...[0x82, 0x83, 0x84, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x95, 0x96, 0x97],
]);

function couldStart(lead: number | undefined): boolean {
  return lead !== undefined && FIRST_OPCODES.has(lead);
}

function isPlainData(probe: Probe): boolean {
  if (readBytes(probe.source, MAX_DATA_PROBE_BYTES, 1).length > 0) return false;
  const outcome = new PickleMachine(probe.source, { budget: probe.budget, stopAtFailure: true }).run();
  return outcome.stopped && outcome.failure === undefined && outcome.opcodes > 2 && outcome.end === probe.source.size;
}
