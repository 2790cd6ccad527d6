import { defineRule } from '../rule.ts';
import { importedDanger } from './imported-danger.ts';

/** Loaders of further code get a rule of their own. */
const SECOND_STAGE = 'second-stage-loader';

export const pickleDangerousImport = defineRule<{
  readonly module: string;
  readonly name: string;
  readonly category: string;
  readonly explanation: string;
  readonly advisories: readonly string[];
  readonly written?: string;
}>()({
  id: 'pickle-dangerous-import',
  title: 'Pickle reaches for dangerous code',
  severity: 'critical',
  facet: 'pickle-event',
  formats: ['pickle', 'torch-zip', 'torch-legacy', 'joblib', 'npy'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
    { kind: 'OWASP', id: 'LLM03:2025' },
  ],
  why: 'A pickle is a program. This one looks up a function that runs commands or code, touches files or the network, or reaches such a function indirectly. No model needs it, and the lookup alone happens while the file is being loaded.',
  fix: 'Do not load the file. Get the model as safetensors, or from a publisher you can ask how this got in.',
  examples: {
    bad: [{ name: 'model.pkl', content: "cos\nsystem\n(S'echo vouchsafe'\ntR." }],
    good: [{ name: 'model.pkl', content: 'ccollections\nOrderedDict\n(tR.' }],
  },
  message: (data) => `imports ${data.module}.${data.name}, which ${data.explanation}`,
  check(event, report) {
    const found = importedDanger(event);
    if (found === undefined || found.danger.category === SECOND_STAGE) return;
    const { module, name, danger, written } = found;
    report({
      span: { start: event.offset, end: event.offset + event.length },
      data: {
        module,
        name,
        category: danger.category,
        explanation: danger.why,
        advisories: danger.advisories,
        ...(written === undefined ? {} : { written }),
      },
    });
  },
});
