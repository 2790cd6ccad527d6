import { defineFormat, type Probe } from '../format.ts';
import { highestProtocol } from './opcodes.ts';
import { acts } from './nested.ts';
import { PickleMachine } from './machine.ts';
import { examinePickles } from './stream.ts';

/** Other bytes do not run this many opcodes by accident. */
const PROOF_OPCODES = 4096;

/** Python pickle, protocols 0 to 5: a program for the unpickler's stack machine. */
export const pickle = defineFormat({
  id: 'pickle',
  title: 'Python pickle',
  extensions: ['.pkl', '.pickle', '.p', '.sav', '.joblib', '.dat'],
  detect(probe) {
    const declared = probe.startsWith([0x80]) && (probe.head[1] ?? 0xff) <= highestProtocol;
    if (!declared && !FIRST_OPCODES.has(probe.head[0] ?? 0)) return null;
    if (acts(probe.source, probe)) return 'certain';
    const plain = isPlainData(probe);
    // Without a header, data that only happens to parse is no proof; with one, damage that stops before anything ran is no disproof.
    if (declared) return plain ? 'certain' : 'likely';
    return plain ? 'likely' : null;
  },
  parse: (context) => examinePickles(context),
});

/** Opcodes that can begin a stream without a protocol header: those that need nothing on the stack. */
const FIRST_OPCODES = new Set([
  ...Array.from('(){]}NIJKMLFGSTUVXBCcP.', (letter) => letter.charCodeAt(0)),
  ...[0x82, 0x83, 0x84, 0x88, 0x89, 0x8a, 0x8b, 0x8c, 0x8d, 0x8e, 0x8f, 0x95, 0x96, 0x97],
]);

/** True when the bytes run as a pickle to their end, or for so long that they can be nothing else. */
function isPlainData(probe: Probe): boolean {
  const options = { budget: probe.budget, stopAtFailure: true, stopAfter: PROOF_OPCODES };
  const outcome = new PickleMachine(probe.source, options).run();
  if (outcome.failure !== undefined) return false;
  if (!outcome.stopped) return true;
  return outcome.opcodes > 1 && (probe.head[0] === 0x80 || outcome.end === probe.source.size);
}
