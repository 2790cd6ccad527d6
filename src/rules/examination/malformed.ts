import { noticeRule } from './notice-rule.ts';

export const malformed = noticeRule({
  id: 'malformed',
  title: 'Damaged or deliberately broken file',
  severity: 'medium',
  inconclusive: true,
  references: [
    { kind: 'CWE', id: 'CWE-754' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'A file that a parser cannot follow to its end may still run code: loaders execute a pickle opcode by opcode, and stop at the damage only after the payload ran. Scanners that skip what they cannot parse are the commonest way past a gate.',
  fix: 'Get the file again from its publisher and compare its SHA-256. If it is damaged at the source, do not load it.',
  examples: {
    bad: [{ name: 'config.json', content: '{"a": ' }],
    good: [{ name: 'config.json', content: '{"a": 1}' }],
  },
});
