import type { HostileCase } from './case.ts';
import { isVerified } from './executes.ts';
import { type Outcome, recallTable } from './run.ts';

/** `docs/detection.md`: what the scanner is measured on, and how it did. */
export function detectionDocument(cases: readonly HostileCase[], outcomes: readonly Outcome[]): string {
  const streams = cases.filter((hostile) => hostile.stream === true);
  const advisories = [...new Set(cases.flatMap((hostile) => hostile.origin.match(ADVISORY) ?? []))].sort();
  return `${[
    '# Detection, measured',
    'This file is generated: `npm run measure:hostile -- --write`. A test fails when it no longer says what is measured.',
    `The hostile corpus has ${cases.length} files. None is stored: each is built by code when asked for (\`test/corpus\`), and every payload is a harmless \`echo\`. They cover the opcodes of the pickle machine, callables that lead to code execution, files or the network, containers that two readers read differently, other model formats, and configuration.`,
    `${streams.filter(isVerified).length} of the ${streams.length} single pickle streams were seen to reach a dangerous audit event in CPython 3.11 (\`test/corpus/executes.json\`); the others need a library, a platform or a Python that was not there, or are damage that a reader must not take for an ordinary file.`,
    '"As expected" means the verdict the case asks for: `malicious` for what no honest file does, `suspicious` for a call that cannot be shown to be safe, and anything but `clean` for damage and for a mere import of an unlisted name. "Silently clean" must be zero.',
    recallTable(outcomes),
    '## Advisories with a case of their own',
    advisories.map((advisory) => `\`${advisory}\``).join(', '),
    '## The other side',
    'Files flagged that should not be are counted by `npm run measure:ordinary`.',
  ].join('\n\n')}\n`;
}

const ADVISORY = /(?:CVE-\d{4}-\d+|GHSA(?:-[0-9a-z]{4}){3})/g;
