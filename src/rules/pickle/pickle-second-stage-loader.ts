import { defineRule } from '../rule.ts';
import { importedDanger } from './imported-danger.ts';

export const pickleSecondStageLoader = defineRule<{
  readonly module: string;
  readonly name: string;
  readonly explanation: string;
}>()({
  id: 'pickle-second-stage-loader',
  title: 'Pickle loads another file or payload',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'The pickle calls a loader: what it loads runs with the same power, and may come from a string inside this file, from disk or from the network, where no scan of this file can see it.',
  fix: 'Do not load the file. A model that stands on its own never needs to unpickle something else.',
  examples: {
    bad: [{ name: 'model.pkl', content: "cpickle\nloads\n(S'N.'\ntR." }],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR.' }],
  },
  message: (data) => `imports ${data.module}.${data.name}, which ${data.explanation}`,
  check(event, report) {
    const found = importedDanger(event);
    if (found?.danger.category !== 'second-stage-loader') return;
    const span = { start: event.offset, end: event.offset + event.length };
    report({ span, data: { module: found.module, name: found.name, explanation: found.danger.why } });
  },
});
