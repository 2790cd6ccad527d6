import { defineRule } from '../rule.ts';

export const pickleNestedPayload = defineRule<{ readonly encoding: string; readonly length: number }>()({
  id: 'pickle-nested-payload',
  title: 'Pickle hidden in a string of a pickle',
  severity: 'medium',
  facet: 'pickle-payload',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-506' },
    { kind: 'CWE', id: 'CWE-502' },
  ],
  why: 'A string or bytes value holds another pickle that imports or calls something. It does not run by itself, but one call to a loader runs it, and scanners that do not look into values never see it. Its contents are examined and reported as a member.',
  fix: 'Ask the publisher what the value is for. If you cannot, do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: "S'gAJjY29sbGVjdGlvbnMKT3JkZXJlZERpY3QKcQApUnEBLg=='\n." }],
    good: [{ name: 'model.pkl', content: "S'gAJ is a string that only looks like one'\n." }],
  },
  message: (data) =>
    `a ${data.encoding === 'raw' ? 'value' : `${data.encoding} value`} of ${data.length} bytes is itself a pickle`,
  check({ payload, what }, report) {
    if (what !== 'pickle') return;
    const span = { start: payload.opcode, end: payload.content + payload.length };
    report({ span, data: { encoding: payload.encoding, length: payload.length } });
  },
});
