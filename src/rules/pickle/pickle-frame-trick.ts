import { bytesOf, str } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';

export const pickleFrameTrick = defineRule<{ readonly detail: string }>()({
  id: 'pickle-frame-trick',
  title: 'Pickle frames do not match its opcodes',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'URL', id: 'https://github.com/python/cpython/issues/154848' },
  ],
  why: 'A frame announces how many bytes the next opcodes take. When an operand reaches over its end, unpicklers that read from a file and from memory continue at different bytes, so the program that runs is not the one that is shown.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => bytesOf(0x80, 4, 0x95, 3, 0, 0, 0, 0, 0, 0, 0, str('text'), '.') }],
    good: [{ name: 'model.pkl', content: () => bytesOf(0x80, 4, 0x95, 7, 0, 0, 0, 0, 0, 0, 0, str('text'), '.') }],
  },
  message: (data) => data.detail,
  check(event, report) {
    if (event.kind !== 'anomaly' || (event.code !== 'frame-crossed' && event.code !== 'frame-nested')) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { detail: event.detail } });
  },
});
