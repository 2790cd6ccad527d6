import type { CodecId } from '../../bytes/codecs/index.ts';

/** Compression methods by number (APPNOTE §4.4.5) and the decoder that reads them. */
const methods: ReadonlyMap<number, readonly [name: string, codec: CodecId | 'stored' | 'zip-lzma' | undefined]> =
  new Map([
    [0, ['stored', 'stored']],
    [1, ['shrink', undefined]],
    [6, ['implode', undefined]],
    [8, ['deflate', 'deflate']],
    [9, ['deflate64', 'deflate64']],
    [12, ['bzip2', 'bzip2']],
    [14, ['lzma', 'zip-lzma']],
    [20, ['zstd', 'zstd']],
    [93, ['zstd', 'zstd']],
    [95, ['xz', 'xz']],
    [96, ['jpeg', undefined]],
    [98, ['ppmd', undefined]],
    [99, ['AES', undefined]],
  ]);

/** The name of a method, `method 77` when it is unknown. */
export function methodName(method: number): string {
  return methods.get(method)?.[0] ?? `method ${method}`;
}

/** What decodes a method; undefined when nothing here does. */
export function methodCodec(method: number): CodecId | 'stored' | 'zip-lzma' | undefined {
  return methods.get(method)?.[1];
}
