import { type CodecId, openDecoder } from '../bytes/codecs/index.ts';
import { readBytes, type Source } from '../bytes/source.ts';
import { StreamSource } from '../bytes/stream-source.ts';
import type { ParseContext, Probe } from './format.ts';

const PIECE_BYTES = 64 * 1024;

export interface CompressedFile {
  readonly codec: CodecId;
  /** Endings dropped to name what is inside: `model.pkl.gz` holds `model.pkl`. */
  readonly extensions: readonly string[];
  /** Name stored in the stream, when there is one. */
  readonly storedName?: string;
}

/** Examines the one thing inside a compressed file, to its very end, and accounts for every encoded byte. */
export function parseCompressed(context: ParseContext, file: CompressedFile): void {
  const { source, limits, budget } = context;
  const stream = new StreamSource(() => openDecoder(file.codec, { source }, limits), budget);
  const name = file.storedName === undefined ? innerName(context.path, file.extensions) : file.storedName;
  context.member({ name, source: stream, role: 'entry', offset: 0 });
  stream.finish();
  if (stream.failure !== undefined) context.flaw(stream.failure);
  const end = stream.consumedBytes;
  context.cover(0, end, 'member');
  context.cover(end, end + zerosFrom(source, end), 'padding');
}

function innerName(path: string, extensions: readonly string[]): string {
  const base = path.split(/[/\\]/).at(-1) ?? '';
  const lower = base.toLowerCase();
  if (/\.t(?:gz|bz2|xz|zst|lz)$/.test(lower)) return `${base.slice(0, base.lastIndexOf('.'))}.tar`;
  const extension = extensions.find((candidate) => lower.endsWith(candidate) && lower.length > candidate.length);
  return extension === undefined ? 'content' : base.slice(0, -extension.length);
}

/** How many zero bytes come at `offset`, if nothing else follows them; 0 otherwise. */
function zerosFrom(source: Source, offset: number): number {
  for (let at = offset; ; at += PIECE_BYTES) {
    const piece = readBytes(source, at, PIECE_BYTES);
    if (piece.some((byte) => byte !== 0)) return 0;
    if (piece.length < PIECE_BYTES) return at + piece.length - offset;
  }
}

/** How far a stream decodes from the start of a probe: its first piece, and whether it ended there in good order. */
export function tryDecode(probe: Probe, codec: CodecId): { readonly bytes: number; readonly sound: boolean } {
  let bytes = 0;
  try {
    const reader = openDecoder(codec, { source: probe.source }, probe.budget.limits);
    for (let chunk = reader.next(); chunk !== null; chunk = reader.next()) {
      bytes += chunk.length;
      if (bytes >= PIECE_BYTES) break;
    }
    return { bytes, sound: true };
  } catch {
    // Whatever stopped it, damage or a limit: parsing meets it again and reports it.
    return { bytes, sound: false };
  }
}
