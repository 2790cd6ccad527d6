import { Probe, defineFormat } from '../format.ts';
import { readBytes } from '../../bytes/source.ts';

/** A file that a computer or a virtual machine runs as it is. */
export interface NativeExecutable {
  readonly kind: string;
  /** `.so`, `.dll`, `.pyd`, `.dylib`: loaded by a program rather than started. */
  readonly isLibrary: boolean;
}

/** By magic number; the order matters where one is a special case of another. */
const KINDS: readonly (readonly [kind: string, matches: (probe: Probe) => boolean])[] = [
  // Cosmopolitan's "actually portable executable", which llamafile is: shell script, ELF, PE and zip at once.
  [
    'portable executable of several systems (llamafile)',
    (probe) => probe.startsWith('MZqFpD=') || probe.startsWith('jartsr='),
  ],
  ['ELF', (probe) => probe.startsWith([0x7f, 0x45, 0x4c, 0x46])],
  ['Windows PE', isPe],
  ['Mach-O', (probe) => [0xcefaedfe, 0xcffaedfe, 0xfeedface, 0xfeedfacf].includes(firstU32(probe))],
  ['Mach-O of several processors', (probe) => firstU32(probe) === 0xcafebabe && secondU32(probe) < 45],
  ['Java class', (probe) => firstU32(probe) === 0xcafebabe && secondU32(probe) % 65_536 >= 45],
  ['WebAssembly', (probe) => probe.startsWith([0, 0x61, 0x73, 0x6d]) && [1, 0x0d].includes(probe.head[4] ?? 0)],
  ['LLVM bitcode', (probe) => probe.startsWith([0x42, 0x43, 0xc0, 0xde])],
  ['Android DEX', (probe) => probe.startsWith('dex\n0')],
  ['TensorRT engine', isEngine],
  ['Python bytecode', isBytecode],
];

/** Machine code and bytecode. Recognized, not taken apart: what it does is beyond a model scanner. */
export const nativeExecutable = defineFormat({
  id: 'native-executable',
  title: 'Executable, library or engine',
  extensions: ['.so', '.dll', '.pyd', '.dylib', '.exe', '.wasm', '.class', '.engine', '.plan', '.pyc', '.llamafile'],
  detect: (probe) => (kindOf(probe) === undefined ? null : 'certain'),
  parse(context) {
    const kind = kindOf(new Probe(context.source, context.path, context.budget)) ?? 'unknown';
    context.emit('executable', { kind, isLibrary: /\.(?:so(?:\.[\d.]+)?|dll|pyd|dylib)$/i.test(context.path) });
    context.cover(0, context.source.size, 'payload');
  },
});

function kindOf(probe: Probe): string | undefined {
  return KINDS.find(([, matches]) => matches(probe))?.[0];
}

function u32(bytes: Uint8Array, littleEndian: boolean): number {
  return bytes.length < 4 ? 0 : new DataView(bytes.buffer, bytes.byteOffset, 4).getUint32(0, littleEndian);
}

function firstU32(probe: Probe): number {
  return u32(probe.head, false);
}

function secondU32(probe: Probe): number {
  return u32(probe.head.subarray(4), false);
}

/** `MZ`, and where it points to, `PE` (Microsoft PE format, "MS-DOS Stub"). */
function isPe(probe: Probe): boolean {
  if (!probe.startsWith('MZ') || probe.head.length < 64) return false;
  const signature = readBytes(probe.source, u32(probe.head.subarray(60), true), 4);
  return u32(signature, false) === 0x50450000;
}

/** Serialized engines of TensorRT begin with `ftrt` (since 8) or `ptrt`. */
function isEngine(probe: Probe): boolean {
  return (probe.startsWith('ftrt') || probe.startsWith('ptrt')) && probe.head.subarray(4, 64).includes(0);
}

/** A `.pyc` (PEP 552): a version number, `\\r\\n`, and a marshalled code object at 16 (8 or 12 in older versions). */
function isBytecode(probe: Probe): boolean {
  if (probe.head[2] !== 0x0d || probe.head[3] !== 0x0a) return false;
  return probe.name.endsWith('.pyc') || [8, 12, 16].some((offset) => (probe.head[offset] ?? 0) % 128 === 0x63);
}
