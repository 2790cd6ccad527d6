/** What a case must at least be judged as. `not-clean`: anything but clean, for what may be damage or an unproven name. */
export type Expected = 'malicious' | 'suspicious' | 'not-clean';

/** One hostile file, made by code when asked for. */
export interface HostileCase {
  /** Unique, stable, kebab-case with dots: `gadget.os.system.stack-global`. */
  readonly id: string;
  /** The row of the recall table it counts in. */
  readonly family: string;
  /** The file's name, since the name is a hint to scanners. */
  readonly file: string;
  /** Where the trick comes from: an advisory, a CVE, a paper, a specification section, or `own`. */
  readonly origin: string;
  build(): Uint8Array;
  readonly expect: {
    readonly verdict: Expected;
    /** Rules that must be among the findings. */
    readonly rules?: readonly string[];
  };
  /** True when the bytes are one pickle stream that `pickle.load` reads, so that the oracle can try whether it fires. */
  readonly stream?: boolean;
}

/** The command in every payload: it prints a word, and nobody runs it. */
export const COMMAND = 'echo VOUCHSAFE-MARKER';
export const CODE = `__import__('os').system('${COMMAND}')`;
export const PATH = '/tmp/VOUCHSAFE-MARKER';
export const URL = 'http://vouchsafe-marker.invalid/VOUCHSAFE-MARKER';
export const HOST = 'vouchsafe-marker.invalid';
