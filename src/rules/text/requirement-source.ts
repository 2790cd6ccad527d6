import { judgeRequirement, type RequirementFault } from '../config/requirement.ts';
import { SUPPLY_CHAIN } from '../config/references.ts';
import { defineRule } from '../rule.ts';

interface Data {
  readonly what: string;
  readonly requirement: string;
}

const FILE_NAME = /(?:^|[/\\])(?:[\w.-]{0,80}[-_.])?requirements(?:[-_.][\w.-]{0,80})?\.(?:txt|in)$/i;
/** An option, or a name followed by what pip allows after one; prose is neither. */
const REQUIREMENT = /^\s*(?:-|[A-Za-z0-9][\w.-]{0,200}\s*(?:$|[<>=!~@;[(#&|`$])|[a-z]{2,5}\+?\w*:\/\/)/;
const MAX_LINE_LENGTH = 4000;

export const requirementSource = defineRule<Data>()({
  id: 'requirement-source',
  title: 'Requirement from an odd place',
  severity: 'medium',
  facet: 'text',
  formats: ['text'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'CWE', id: 'CWE-78' },
    { kind: 'CVE', id: 'CVE-2025-15379' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Servers install what the requirements of a model list, and installing runs code. A package index or an address of somebody’s own decides what that code is; shell syntax runs something at once where a deployment pastes the line into a command.',
  fix: 'Install from your own package index, with versions and hashes pinned, and leave these lines out.',
  examples: {
    bad: [
      { name: 'requirements.txt', content: '--index-url https://packages.example.com/simple\nnumpy\n' },
      { name: 'requirements.txt', content: 'numpy; $(id)\n' },
      { name: 'requirements-gpu.txt', content: 'numpy\ngit+https://code.example.com/x.git\n' },
      { name: 'requirements.txt', content: 'acme @ http://example.com/acme-1.0-py3-none-any.whl\n' },
    ],
    good: [
      {
        name: 'requirements.txt',
        content:
          '--extra-index-url https://download.pytorch.org/whl/cu121\n# see https://example.com\nnumpy>=1.26,<3 ; python_version >= "3.9"\nfoo[bar]==1.0 \\\n    --hash=sha256:00\n-e .\n',
      },
      { name: 'notes.txt', content: 'git+https://code.example.com/x.git\n' },
      { name: 'requirements.txt', content: 'Hardware: a GPU; see `nvidia-smi`.\n' },
    ],
  },
  message: ({ what, requirement }) => `${requirement} ${what}`,
  check(content, report, { path }) {
    if (content.pointer !== '' || !FILE_NAME.test(path)) return;
    for (const { line, fault } of faults(content.text)) {
      report({ data: { what: fault.what, requirement: line.slice(0, 200) }, severity: fault.severity });
    }
  },
});

function* faults(text: string): Generator<{ line: string; fault: RequirementFault }> {
  for (const raw of text.split(/\r?\n/)) {
    const line = raw
      .slice(0, MAX_LINE_LENGTH)
      .replace(/(?:^|\s)#.*$/, '')
      .replace(/\\$/, '')
      .trim();
    const fault = REQUIREMENT.test(line) ? judgeRequirement(line) : null;
    if (fault !== null) yield { line, fault };
  }
}
