import { ByteInput } from '../../bytes/codecs/byte-input.ts';
import { readGzipHeader } from '../../bytes/codecs/gzip.ts';
import { parseCompressed } from '../compressed-stream.ts';
import { defineFormat } from '../format.ts';

const extensions = ['.gz', '.gzip'];

export const gzip = defineFormat({
  id: 'gzip',
  title: 'gzip-compressed file',
  extensions,
  detect: (probe) => (probe.startsWith([0x1f, 0x8b, 8]) ? 'certain' : null),
  parse(context) {
    const header = readGzipHeader(new ByteInput({ source: context.source }));
    if (header.comment !== '') context.detail('gzipComment', header.comment);
    parseCompressed(context, {
      codec: 'gzip',
      extensions,
      ...(header.name === '' ? {} : { storedName: header.name }),
    });
  },
});
