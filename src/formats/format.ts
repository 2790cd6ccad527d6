import { type Budget, type Limits } from '../bytes/limits.ts';
import type { FormatError, LimitError } from '../bytes/errors.ts';
import { readBytes, type Source } from '../bytes/source.ts';
import type { Facets } from './facets.ts';

/**
 * How sure a format is after a look at the bytes. `certain`: a magic number or a structure that is no accident;
 * every certain format is parsed, so a polyglot is seen from all its sides. `likely`: tried, in the order of the
 * registry, when nothing is certain.
 */
export type Confidence = 'certain' | 'likely';

/** What a format may look at to recognize its own: the head, the tail, the source itself, and the name as a hint only. */
export class Probe {
  readonly source: Source;
  /** The last path segment, as it is written. Never proof of anything. */
  readonly fileName: string;
  /** The same in lower case. */
  readonly name: string;
  readonly head: Uint8Array;
  readonly budget: Budget;
  /** True when a file of this name lies beside the one on disk; never for members. */
  readonly hasSibling: (fileName: string) => boolean;

  constructor(source: Source, name: string, budget: Budget, hasSibling: (fileName: string) => boolean = () => false) {
    this.source = source;
    this.hasSibling = hasSibling;
    this.fileName = name.split(/[/\\]/).at(-1) ?? '';
    this.name = this.fileName.toLowerCase();
    this.head = readBytes(source, 0, 4096);
    this.budget = budget;
  }

  /** True when the bytes at `offset` (within the first 4096) are exactly `magic`. */
  startsWith(magic: readonly number[] | string, offset = 0): boolean {
    for (let i = 0; i < magic.length; i += 1) {
      const byte = typeof magic === 'string' ? magic.charCodeAt(i) : magic[i];
      if (this.head[offset + i] !== byte) return false;
    }
    return true;
  }
}

/** What became of a byte range. `structure` was parsed; `payload` is inert data known by its place (tensors); `member` is examined as an artifact of its own. */
export type CoverageRole = 'structure' | 'payload' | 'member' | 'padding';

/** An artifact inside an artifact. */
export interface Member {
  /** Its name inside the container (`archive/data.pkl`) or a made-up one (`bytes@1234`). */
  readonly name: string;
  readonly source: Source;
  /** `entry`: a loader may open it, so not understanding it matters. `constant`: a string or bytes value that is only examined in case it hides something. */
  readonly role: 'entry' | 'constant';
  /** Offset of the member in the container, for the reader of a finding. */
  readonly offset: number;
  /** What the container knows it to be, whatever its bytes look like; else it is recognized. */
  readonly as?: Format;
}

/** What a format is given while it parses. */
export interface ParseContext {
  readonly source: Source;
  /** Path of the file on disk, or of the member within it. A hint for which loader reads it, never proof. */
  readonly path: string;
  readonly limits: Limits;
  readonly budget: Budget;
  /** Hands one typed piece of what was parsed to the rules that ask for it. */
  emit<Name extends keyof Facets>(facet: Name, value: Facets[Name]): void;
  /** Examines a nested artifact now, before returning. Depth, count and time are bounded by the engine. */
  member(member: Member): void;
  /** Accounts for `[start, end)` of the source. What nobody accounts for becomes a finding. */
  cover(start: number, end: number, role: CoverageRole): void;
  /** Reports damage, or a limit, that parsing survives; what it does not survive is thrown. */
  flaw(error: FormatError | LimitError): void;
  /** Adds a fact about the artifact to its report (`details`), such as how a loader would treat it. */
  detail(name: string, value: unknown): void;
}

/** A file format: how to recognize it and how to take it apart. Judging is the rules' work. */
export interface Format<Id extends string = string> {
  readonly id: Id;
  readonly title: string;
  /** Usual file name endings, for documentation and `--format` completion; detection never depends on them alone. */
  readonly extensions: readonly string[];
  /** Ids of formats this one is a special case of; when both match, only this one parses. */
  readonly refines?: readonly string[];
  readonly detect: (probe: Probe) => Confidence | null;
  /** @throws FormatError, LimitError, ReadError; the engine turns them into findings. */
  readonly parse: (context: ParseContext) => void;
}

/** Typed identity: keeps the literal id. */
export function defineFormat<const Id extends string>(format: Format<Id>): Format<Id> {
  return format;
}
