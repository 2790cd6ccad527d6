import { fetchers, remoteCode, senders } from '../data/python-names.ts';
import { defineRule } from '../rule.ts';
import { type PathData, reportUses } from './path-rule.ts';

export const pythonNetwork = defineRule<PathData>()({
  id: 'python-network',
  title: 'Code that reaches the network',
  severity: 'medium',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-494' },
    { kind: 'ATLAS', id: 'AML.T0025' },
    { kind: 'OWASP', id: 'LLM03' },
  ],
  why: 'Model code works on tensors. Code that opens connections can send away what it is shown, or fetch what was not examined. Fetching a picture by its address is common in vision models and weighs less.',
  fix: 'Read what is sent and to whom, and run the model without network access.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import socket\ns = socket.socket()\ns.connect(("192.0.2.7", 80))\n' },
      { name: 'modeling_x.py', content: 'import requests\nrequests.post("https://example.net", data="x")\n' },
    ],
    good: [{ name: 'modeling_x.py', content: 'import torch\nrequests = []\nrequests.append(torch.zeros(1))\n' }],
  },
  message: (data) => `line ${data.line}: uses ${data.path}`,
  check(module, report) {
    reportUses(module, senders, report, (use) => (use.path.includes('()') ? null : undefined));
    reportUses(module, remoteCode, report, () => 'medium');
    reportUses(module, fetchers, report, () => 'low');
  },
});
