import { bytesOf, str } from '../examples/pickle.ts';
import { defineRule } from '../rule.ts';

export const pickleComputedName = defineRule<{ readonly module: string | null; readonly name: string | null }>()({
  id: 'pickle-computed-name',
  title: 'Pickle imports a name it computed',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CWE', id: 'CWE-470' },
  ],
  why: 'The module or name to import is not written in the file but made while it runs, so that nobody can read it beforehand. No pickler does this.',
  fix: 'Do not load the file.',
  examples: {
    bad: [
      {
        name: 'model.pkl',
        content: () => bytesOf(0x80, 4, 'cbuiltins\nstr\n', str('os'), '\x85R', str('system'), '\x93.'),
      },
    ],
    good: [{ name: 'model.pkl', content: () => bytesOf(0x80, 4, str('collections'), str('OrderedDict'), '\x93.') }],
  },
  message: (data) => `imports ${data.module ?? '<computed>'}.${data.name ?? '<computed>'}`,
  check(event, report) {
    if (event.kind !== 'import') return;
    const { module, name } = event.global;
    if (module !== null && name !== null) return;
    report({ span: { start: event.offset, end: event.offset + event.length }, data: { module, name } });
  },
});
