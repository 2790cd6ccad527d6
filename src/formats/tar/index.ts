import { FormatError } from '../../bytes/errors.ts';
import { readBytes, SliceSource } from '../../bytes/source.ts';
import { flavourOf } from '../archive-flavour.ts';
import type { Archive } from '../archive.ts';
import { defineFormat, type ParseContext } from '../format.ts';
import { hasValidChecksum } from './header.ts';
import { readTar, type TarEntry } from './read-tar.ts';

export const tar = defineFormat({
  id: 'tar',
  title: 'tar archive',
  extensions: ['.tar', '.nemo'],
  detect(probe) {
    // The checksum is what makes it certain: the old format has no magic number.
    if (hasValidChecksum(probe.head.subarray(0, 512)) && probe.head[0] !== 0) return 'certain';
    return probe.startsWith('ustar', 257) ? 'likely' : null;
  },
  parse: examineTar,
});

/** Examines every member of a tar file, by its place, and accounts for the bytes of the file. Returns what it lists. */
export function examineTar(context: ParseContext): Archive {
  const { source, budget } = context;
  const { entries, anomalies, problems, padding, stop } = readTar(source, budget);
  const archive: Archive = { kind: 'tar', entries, anomalies, flavour: flavourOf(entries.map((entry) => entry.name)) };
  context.detail('archive', { kind: archive.kind, flavour: archive.flavour, entries: entries.length });
  for (const problem of problems) context.flaw(problem);
  for (const span of padding) context.cover(span.start, span.end, 'padding');
  try {
    for (const entry of entries) examineEntry(context, entry);
    const tail = new SliceSource(source, stop);
    if (tail.size > 0) context.member({ name: `bytes@${stop}`, source: tail, role: 'constant', offset: stop });
  } finally {
    context.emit('archive', archive);
  }
  return archive;
}

function examineEntry(context: ParseContext, entry: TarEntry): void {
  const { header, data, end, name } = entry;
  context.budget.checkTime();
  context.cover(header.start, header.end, 'structure');
  context.cover(data.start, data.end, 'member');
  const padding = readBytes(context.source, data.end, end - data.end);
  if (padding.every((byte) => byte === 0)) context.cover(data.end, end, 'padding');
  if (entry.anomalies.some(({ code }) => code === 'sparse')) {
    context.flaw(FormatError.of('unsupported', { feature: `sparse member ${name}`, offset: header.start }));
  }
  if (data.end === data.start) return;
  const source = new SliceSource(context.source, data.start, data.end - data.start);
  context.member({ name, source, role: 'entry', offset: data.start });
}
