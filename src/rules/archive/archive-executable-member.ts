import type { ArchiveFlavour } from '../../formats/archive.ts';
import { buildTar } from '../examples/tar.ts';
import { buildZip } from '../examples/zip.ts';
import { defineRule } from '../rule.ts';

interface ExecutableMember {
  readonly name: string;
  readonly flavour: string;
}

/** Archives that hold numbers and configuration; wheels, TorchScript and .mar files carry code by design. */
const DATA_ONLY: ReadonlySet<ArchiveFlavour> = new Set(['nemo', 'npz', 'keras', 'skops', 'torch-tar']);
const EXECUTABLE =
  /\.(?:py[cowd]?|so(?:\.\d+)*|dll|dylib|exe|com|scr|bat|cmd|ps1|vbs|js|sh|bash|jar|class|pth|msi|lnk|desktop)$/i;

export const archiveExecutableMember = defineRule<ExecutableMember>()({
  id: 'archive-executable-member',
  title: 'Code in an archive of data',
  severity: 'high',
  facet: 'archive',
  formats: ['zip', 'tar'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'CVE', id: 'CVE-2025-23304' },
    { kind: 'ATLAS', id: 'AML.T0011' },
  ],
  why: 'Archives of this kind hold weights and configuration. A script, library or program inside is unpacked next to them, where the configuration can name it or Python can import it.',
  fix: 'Remove the file, or read it before anything loads the archive.',
  examples: {
    bad: [
      {
        name: 'model.nemo',
        content: () =>
          buildTar([
            { name: 'model_config.yaml', content: 'name: model\n' },
            { name: 'helper.py', content: 'print("hello")\n' },
          ]),
      },
    ],
    good: [
      { name: 'model.nemo', content: () => buildTar([{ name: 'model_config.yaml', content: 'name: model\n' }]) },
      { name: 'source.zip', content: () => buildZip([{ name: 'hello.py', content: 'print("hello")\n' }]) },
    ],
  },
  message: ({ name, flavour }) => `${name} is code, which ${flavour} archives do not hold`,
  check({ entries, flavour }, report) {
    if (!DATA_ONLY.has(flavour)) return;
    for (const { name } of entries) if (EXECUTABLE.test(name)) report({ data: { name, flavour }, pointer: name });
  },
});
