import { bytesOf } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';

export const pickleExtensionCode = defineRule<{ readonly code: number }>()({
  id: 'pickle-extension-code',
  title: 'Pickle uses a registered extension code',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'URL', id: 'https://peps.python.org/pep-0307/#the-extension-registry' },
  ],
  why: 'EXT opcodes name an object by a number in a registry of the process. The file can register any function under a number first and then call it without naming it. Hardly any honest program has ever used the registry.',
  fix: 'Do not load the file.',
  examples: {
    bad: [{ name: 'model.pkl', content: () => bytesOf(0x80, 2, 0x82, 1, '.') }],
    good: [{ name: 'model.pkl', content: () => bytesOf(0x80, 2, 'K', 1, '.') }],
  },
  message: (data) => `takes extension ${data.code} from the copyreg registry`,
  check(event, report) {
    if (event.kind !== 'extension') return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { code: event.code } });
  },
});
