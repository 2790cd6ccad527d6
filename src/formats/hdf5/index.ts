import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource, type Source } from '../../bytes/source.ts';
import { type Span, SpanSet } from '../../bytes/span.ts';
import type { MapEntry } from '../document.ts';
import { emitDocument } from '../emit-document.ts';
import { type Confidence, defineFormat, type ParseContext, type Probe } from '../format.ts';
import { parseJson } from '../json/parse-json.ts';
import type { Attribute } from './attributes.ts';
import { type ObjectAttributes, ObjectWalk } from './object-walk.ts';
import { readSuperblock, SIGNATURE, type Superblock } from './superblock.ts';

/** The signature may follow a user block of 512 bytes or any power of two beyond (specification, II.A). */
const LEAST_USER_BLOCK = 512;
const NAME = /\.(?:h5|hdf5?|he5|keras|nc|mat)$/i;
/** In a tar file every member starts at a multiple of 512, so a signature there is most likely that of a member. */
const TAR_MARK_OFFSET = 257;
const USTAR = [0x75, 0x73, 0x74, 0x61, 0x72] as const;
/** What was decoded anyway to look at the head. */
const MAX_SEQUENTIAL_BLOCK = 4096;
/** Attributes in which Keras keeps the configuration of a whole model (keras, `hdf5_format`). */
const KERAS_CONFIGS: ReadonlySet<string> = new Set(['model_config', 'training_config']);
const KERAS_MARKS: ReadonlySet<string> = new Set([...KERAS_CONFIGS, 'keras_version', 'layer_names', 'weight_names']);
/** PyTables unpickles attributes, so every string is looked at in case it is more than text. */
const MIN_CONSTANT_BYTES = 4;
const MAX_CONSTANTS = 10_000;
/** Text that starts so is judged as a document; no pickle does. */
const JSON_START = /^\s*[{[]/;
/** Copying and packaging leaves a few of these behind the end; more would be room for something. */
const MAX_TRAILING_BLANKS = 64;
const BLANKS: ReadonlySet<number> = new Set([0x00, 0x09, 0x0a, 0x0d, 0x20]);
/** Space no object uses is worth a note from this size on. */
const LARGE_GAP_BYTES = 65_536;
const HEAP_SIGNATURE = 'GCOL';
const HEAP_HEAD_BYTES = 16;

/** HDF5 files, of Keras, PyTables, pandas, netCDF and others. Data set bytes are never read. */
export const hdf5 = defineFormat({
  id: 'hdf5',
  title: 'HDF5 file',
  extensions: ['.h5', '.hdf5', '.keras', '.nc', '.mat'],
  detect,
  parse,
});

function detect(probe: Probe): Confidence | null {
  return findSignature(probe.source, probe.name) === undefined ? null : 'certain';
}

/** Where the superblock is. Only a file that is named as HDF5 is decoded, or taken for more than a tar file, for it. */
export function findSignature(source: Source, name: string): number | undefined {
  if (isAt(source, 0, SIGNATURE)) return 0;
  const isNamed = NAME.test(name);
  if (!isNamed && isAt(source, TAR_MARK_OFFSET, USTAR)) return undefined;
  const end = source.sequential === true && !isNamed ? Math.min(source.size, MAX_SEQUENTIAL_BLOCK) : source.size;
  for (let at = LEAST_USER_BLOCK; at < end; at *= 2) if (isAt(source, at, SIGNATURE)) return at;
  return undefined;
}

function isAt(source: Source, offset: number, magic: readonly number[]): boolean {
  const bytes = readBytes(source, offset, magic.length);
  return magic.every((byte, i) => bytes[i] === byte);
}

function parse(context: ParseContext): void {
  const position = findSignature(context.source, context.path);
  if (position === undefined) {
    throw FormatError.of('malformed', { expected: 'the HDF5 signature', found: 'other bytes', offset: 0 });
  }
  // What is accounted for is remembered, so that the gaps between objects can be looked at.
  const covered = new SpanSet();
  const remembering: ParseContext = {
    ...context,
    cover: (start, end, role) => {
      covered.add(start, end);
      context.cover(start, end, role);
    },
  };
  new Hdf5Parse(remembering, readSuperblock(remembering, position), covered).run(position);
}

class Hdf5Parse {
  readonly #context: ParseContext;
  readonly #superblock: Superblock;
  readonly #walk: ObjectWalk;
  readonly #covered: SpanSet;
  #constants = 0;
  #isKeras = false;

  constructor(context: ParseContext, superblock: Superblock, covered: SpanSet) {
    this.#context = context;
    this.#covered = covered;
    this.#superblock = superblock;
    this.#walk = new ObjectWalk(superblock, { attributes: (object) => this.#attributes(object) });
  }

  run(position: number): void {
    try {
      this.#walk.run();
      this.#space(position);
    } finally {
      this.#report();
    }
  }

  #attributes({ path, attributes }: ObjectAttributes): void {
    this.#isKeras ||= attributes.some(({ name }) => KERAS_MARKS.has(name));
    for (const attribute of attributes) this.#constantsOf(attribute);
    const configs = attributes.filter(({ name }) => KERAS_CONFIGS.has(name));
    for (const config of configs) this.#config(path, config);
    const entries = attributes.filter(({ name }) => !KERAS_CONFIGS.has(name)).flatMap(entryOf);
    if (entries.length === 0) return;
    emitDocument(this.#context, { root: { kind: 'map', entries }, syntax: 'hdf5-attributes', pointer: path });
  }

  #constantsOf({ strings }: Attribute): void {
    for (const { text, span } of strings) if (!JSON_START.test(text)) this.#constantIfAny(span);
  }

  #constantIfAny(span: Span): void {
    if (span.end - span.start < MIN_CONSTANT_BYTES || this.#constants >= MAX_CONSTANTS) return;
    this.#constants += 1;
    this.#constant(span);
  }

  #constant({ start, end }: Span): void {
    const source = new SliceSource(this.#context.source, start, end - start);
    this.#context.member({ name: `bytes@${start}`, source, role: 'constant', offset: start });
  }

  /** A model's configuration is judged as the `config.json` of a Keras archive is. */
  #config(path: string, { name, strings }: Attribute): void {
    const context = this.#context;
    for (const { text, span } of strings) {
      const { root } = parseJson(new TextEncoder().encode(text), { limits: context.limits, offset: span.start });
      const sink = {
        path: 'config.json',
        limits: context.limits,
        emit: context.emit.bind(context),
        flaw: (error: FormatError) => context.flaw(error),
      };
      emitDocument(sink, { root, syntax: 'json', pointer: `${path === '/' ? '' : path}/@${name}` });
    }
  }

  /** What lies outside the file's own bounds is a finding; inside, the library leaves space unused. */
  #space(position: number): void {
    const { source } = this.#context;
    const { end } = this.#superblock;
    const { faults } = this.#walk;
    if (position > 0) this.#userBlock(position);
    this.#unusedSpace(Math.min(end, source.size));
    if (end > source.size) {
      this.#context.flaw(
        FormatError.of('truncated', { wanted: end - source.size, offset: source.size, size: source.size }),
      );
    } else if (end < source.size) {
      const span = { start: end, end: source.size };
      if (this.#isBlank(span)) return this.#context.cover(span.start, span.end, 'padding');
      faults.add('trailing-bytes', `${span.end - span.start} bytes follow the end the file declares`, span);
      this.#constant(span);
    }
  }

  #isBlank({ start, end }: Span): boolean {
    const bytes = readBytes(this.#context.source, start, Math.min(end - start, MAX_TRAILING_BLANKS + 1));
    return bytes.length <= MAX_TRAILING_BLANKS && bytes.every((byte) => BLANKS.has(byte));
  }

  /** MATLAB writes its own header before the HDF5 part; others may hide a script there. */
  #userBlock(position: number): void {
    const span = { start: 0, end: position };
    const isMatlab = new TextDecoder('latin1').decode(readBytes(this.#context.source, 0, 10)) === 'MATLAB 7.3';
    const code = isMatlab ? 'matlab-user-block' : 'user-block';
    this.#walk.faults.add(code, `${position} bytes precede the HDF5 part`, span);
    this.#constant(span);
    this.#context.cover(0, position, 'member');
  }

  #unusedSpace(end: number): void {
    for (const gap of this.#covered.gaps(end)) this.#heapsIn(gap);
    let unused = 0;
    for (const gap of this.#covered.gaps(end)) {
      unused += gap.end - gap.start;
      this.#context.cover(gap.start, gap.end, 'padding');
    }
    if (unused < LARGE_GAP_BYTES) return;
    this.#walk.faults.add('unused-space', `${unused} bytes belong to no object that was walked`, { start: 0, end });
  }

  /** Data sets of strings and pickled objects keep them in global heaps, which only their elements point at. */
  #heapsIn(gap: Span): void {
    const { reader } = this.#superblock;
    let at = gap.start;
    while (at + HEAP_HEAD_BYTES <= gap.end && reader.textAt(at, HEAP_SIGNATURE.length) === HEAP_SIGNATURE) {
      const objects = this.#walk.heapAt(at - reader.widths.base);
      if (objects === undefined) return;
      for (const span of objects.values()) this.#constantIfAny(span);
      reader.seek(at + 8);
      at += Math.max(reader.length(), HEAP_HEAD_BYTES);
    }
  }

  #report(): void {
    const { faults, softLinks, groups, datasets } = this.#walk;
    for (const link of softLinks) {
      const code = this.#isKeras ? 'soft-link-in-weights' : 'soft-link';
      faults.add(code, `${link.name} leads to ${link.kind === 'soft' ? link.target : ''}`, link.span, link.name);
    }
    this.#context.detail('groups', groups);
    this.#context.detail('datasets', datasets);
    this.#context.emit('hdf5', {
      superblockVersion: this.#superblock.version,
      groups,
      datasets,
      isKeras: this.#isKeras,
      faults: faults.faults,
    });
  }
}

function entryOf({ name, strings }: Attribute): MapEntry[] {
  const items = strings.map(({ text, span }) => ({ kind: 'scalar', value: text, span }) as const);
  const [first] = items;
  if (first === undefined) return [];
  return [{ key: name, value: items.length === 1 ? first : { kind: 'list', items } }];
}
