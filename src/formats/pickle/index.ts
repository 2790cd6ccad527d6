import { LimitError } from '../../bytes/errors.ts';
import { type Confidence, defineFormat, type Probe } from '../format.ts';
import { highestProtocol } from './opcodes.ts';
import type { PickleEvent } from './events.ts';
import { PickleMachine } from './machine.ts';
import { acts, isName, runPlain } from './nested.ts';
import { examinePickles } from './stream.ts';

/** Python pickle, protocols 0 to 5: a program for the unpickler's stack machine. */
export const pickle = defineFormat({
  id: 'pickle',
  title: 'Python pickle',
  extensions: ['.pkl', '.pickle', '.p', '.sav', '.joblib', '.dat'],
  detect(probe) {
    const declared = probe.startsWith([0x80]) && (probe.head[1] ?? 0xff) <= highestProtocol;
    if (!declared && !FIRST_OPCODES.has(probe.head[0] ?? 0)) return null;
    // The cheaper question first: it is answered after a few opcodes, where acting may only be ruled out by running all.
    if (declared && beginsSoundly(probe)) return 'certain';
    if (acts(probe.source, probe)) return 'certain';
    if (PICKLE_NAMES.test(probe.name) && importsFirst(probe)) return 'certain';
    // Without a header, data that only happens to parse is no proof; with one, damage that stops before anything ran is no disproof.
    return declared ? 'likely' : stackedConfidence(probe);
  },
  parse: (context) => examinePickles(context),
});

/** Names under which nobody keeps text. */
const PICKLE_NAMES = /\.(?:pkl|pickle|p|pt|pth|ckpt|bin|joblib|sav|dat|model|npy|npz)$/;

/** An import that stands first happens, whatever the garbage after it; two lines of a text would look the same. */
function importsFirst({ source, budget }: Probe): boolean {
  let imported = false;
  const onEvent = (event: PickleEvent): void => {
    imported ||= event.kind === 'import' && isName(event.global.module) && isName(event.global.name);
  };
  try {
    new PickleMachine(source, { budget, stopAtFailure: true, stopAfter: 4, onEvent }).run();
  } catch (error) {
    if (!(error instanceof LimitError)) throw error;
  }
  return imported;
}

function beginsSoundly({ source, budget }: Probe): boolean {
  try {
    return runPlain(source, budget, 0) !== undefined;
  } catch (error) {
    if (error instanceof LimitError) return false;
    throw error;
  }
}

/** Opcodes that can begin a stream without a protocol header: those that need nothing on the stack. */
const FIRST_OPCODES = new Set(
  Array.from('(){]}NIJKMLFGSTUVXBCcP.\x82\x83\x84\x88\x89\x8a\x8b\x8c\x8d\x8e\x8f\x95\x96\x97', (letter) =>
    letter.charCodeAt(0),
  ),
);

/**
 * What data without a header proves: a stack of pickles that one loader after the other reads, as torch did before 1.6,
 * may act in a later one; plain ones alone must make up the whole file.
 */
function stackedConfidence(probe: Probe): Confidence | null {
  const { source, budget } = probe;
  try {
    let end = runPlain(source, budget, 0);
    for (let count = 1; end !== undefined && end < source.size; count += 1) {
      if (count >= budget.limits.maxStackedPickles || acts(source, probe, { start: end })) return 'certain';
      end = runPlain(source, budget, end);
    }
    return end === undefined ? null : 'likely';
  } catch (error) {
    // Too large to tell, such as a first line of many megabytes: what may come after it forbids to call the file something else.
    if (error instanceof LimitError) return 'certain';
    throw error;
  }
}
