import { concatBytes } from './zip.ts';

export interface TarMember {
  readonly name: string;
  readonly content?: string | Uint8Array;
  /** Type flag; default a file. */
  readonly type?: string;
  readonly linkTarget?: string;
}

const BLOCK_BYTES = 512;
const utf8 = new TextEncoder();

/** The bytes of a ustar archive, with or without its end-of-archive marker. */
export function buildTar(members: readonly TarMember[], { end = true }: { readonly end?: boolean } = {}): Uint8Array {
  const blocks = members.flatMap((member) => {
    const content =
      typeof member.content === 'string' ? utf8.encode(member.content) : (member.content ?? new Uint8Array(0));
    const padding = (BLOCK_BYTES - (content.length % BLOCK_BYTES)) % BLOCK_BYTES;
    return [tarHeader(member, content.length), content, new Uint8Array(padding)];
  });
  return concatBytes([...blocks, new Uint8Array(end ? 2 * BLOCK_BYTES : 0)]);
}

function tarHeader({ name, type = '0', linkTarget = '' }: TarMember, size: number): Uint8Array {
  const block = new Uint8Array(BLOCK_BYTES);
  const put = (text: string, offset: number): void => block.set(utf8.encode(text), offset);
  put(name, 0);
  put('0000644\u0000', 100);
  put(`${size.toString(8).padStart(11, '0')}\u0000`, 124);
  put('00000000000\u0000', 136);
  put(type, 156);
  put(linkTarget, 157);
  put('ustar\u000000', 257);
  put(' '.repeat(8), 148);
  const sum = block.reduce((total, byte) => total + byte, 0);
  put(`${sum.toString(8).padStart(6, '0')}\u0000 `, 148);
  return block;
}
