import { bytesOf } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';

export const pickleProtocolChanged = defineRule<{ readonly detail: string }>()({
  id: 'pickle-protocol-changed',
  title: 'Pickle changes its protocol in mid-stream',
  severity: 'high',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'CWE', id: 'CWE-502' },
  ],
  why: 'The protocol number decides how names are resolved: from 4 on a dot walks attributes, below 3 old names are mapped to new ones. Changing it halfway makes the same text mean another function. No pickler does it.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => bytesOf(0x80, 2, 'N0', 0x80, 4, 'N.') }],
    good: [{ name: 'model.pkl', content: () => bytesOf(0x80, 4, 'N.') }],
  },
  message: (data) => data.detail,
  check(event, report) {
    if (event.kind !== 'anomaly' || event.code !== 'protocol-changed') return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { detail: event.detail } });
  },
});
