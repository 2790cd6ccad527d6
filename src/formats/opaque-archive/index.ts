import { FormatError } from '../../bytes/errors.ts';
import { readBytes } from '../../bytes/source.ts';
import { defineFormat } from '../format.ts';

/** Containers that are recognized so that the report can name them, but not opened. */
const magics: readonly (readonly [name: string, magic: string, offset?: number])[] = [
  ['a RAR archive', 'Rar!\u001a\u0007'],
  ['a cabinet file', 'MSCF\u0000\u0000\u0000\u0000'],
  ['an ar archive', '!<arch>\n'],
  ['a cpio archive', '070701'],
  ['a cpio archive', '070702'],
  ['an ACE archive', '**ACE**', 7],
  ['an LHA archive', '-lh5-', 2],
  ['an lzip file', 'LZIP\u0001'],
  ['an lzop file', '\u0089LZO\u0000\r\n\u001a\n'],
  ['a compress (.Z) file', '\u001f\u009d\u0090'],
  ['a snappy file', '\u00ff\u0006\u0000\u0000sNaPpY'],
  ['a squashfs image', 'hsqs'],
  ['an xar archive', 'xar!\u0000\u001c'],
];

/** Which of them the bytes begin like. */
function nameOf(head: Uint8Array): string | undefined {
  return magics.find(([, magic, offset = 0]) => {
    for (let i = 0; i < magic.length; i += 1) if (head[offset + i] !== magic.charCodeAt(i)) return false;
    return true;
  })?.[0];
}

export const opaqueArchive = defineFormat({
  id: 'opaque-archive',
  title: 'Archive that is recognized but not opened (RAR, cabinet, cpio …)',
  extensions: ['.rar', '.cab', '.cpio', '.ace', '.lha', '.lz', '.lzo', '.Z', '.sz'],
  detect: (probe) => (nameOf(probe.head) === undefined ? null : 'certain'),
  parse({ source }) {
    const feature = nameOf(readBytes(source, 0, 64)) ?? 'this kind of archive';
    throw FormatError.of('unsupported', { feature, offset: 0 });
  },
});
