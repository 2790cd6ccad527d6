import type { ArchiveEntry, ArchiveFlavour } from '../../formats/archive.ts';
import { buildTar } from '../examples/tar.ts';
import { defineRule } from '../rule.ts';
import { escapeOf, folderOf } from './paths.ts';

interface ArchiveLink {
  readonly name: string;
  readonly kind: string;
  readonly target: string;
  readonly how: string;
}

const NO_LINKS: ReadonlySet<ArchiveFlavour> = new Set([
  'torch',
  'torchscript',
  'npz',
  'keras',
  'skops',
  'nemo',
  'mar',
  'torch-tar',
]);

export const archiveLink = defineRule<ArchiveLink>()({
  id: 'archive-link',
  title: 'A member that is a link',
  severity: 'high',
  facet: 'archive',
  formats: ['tar', 'zip', 'seven-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-59' },
    { kind: 'CWE', id: 'CWE-22' },
  ],
  why: 'A link that points out of the archive makes the loader read, or the next member write, any file of the machine. Model archives such as .nemo have no use for links at all; in other archives a link that stays inside is harmless.',
  fix: 'Do not unpack it. Ask the publisher for an archive of plain files.',
  examples: {
    bad: [
      { name: 'out.tar', content: () => buildTar([{ name: 'notes.txt', type: '2', linkTarget: '/etc/hostname' }]) },
      { name: 'up.tar', content: () => buildTar([{ name: 'a/notes.txt', type: '1', linkTarget: '../../notes.txt' }]) },
      {
        name: 'model.nemo',
        content: () =>
          buildTar([
            { name: './model_config.yaml', content: 'name: model\n' },
            { name: './weights', type: '2', linkTarget: './model_config.yaml' },
          ]),
      },
    ],
    good: [
      {
        name: 'inside.tar',
        content: () =>
          buildTar([
            { name: 'a/notes.txt', content: 'some text' },
            { name: 'b/same.txt', type: '2', linkTarget: '../a/notes.txt' },
          ]),
      },
    ],
  },
  message: ({ name, kind, target, how }) => `${name} is a ${kind}${target === '' ? '' : ` to ${target}`}, which ${how}`,
  check({ entries, flavour }, report) {
    for (const entry of entries) {
      const { name, kind, linkTarget: target = '' } = entry;
      if (kind !== 'symlink' && kind !== 'hardlink') continue;
      const how = escapeOf(pathOf(entry)) ?? (NO_LINKS.has(flavour) ? 'has no place in a model archive' : undefined);
      if (how !== undefined) report({ data: { name, kind, target, how }, pointer: name });
    }
  },
});

/** A symbolic link is relative to its own folder, a hard link to the archive. */
function pathOf({ name, kind, linkTarget = '' }: ArchiveEntry): string {
  return kind === 'symlink' && !/^(?:[/\\]|[a-z]:)/i.test(linkTarget) ? folderOf(name) + linkTarget : linkTarget;
}
