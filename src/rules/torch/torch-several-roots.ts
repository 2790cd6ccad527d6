import { pickle2, torchArchive } from '../examples/torch.ts';
import { faultRule } from '../fault-rule.ts';

export const torchSeveralRoots = faultRule({
  id: 'torch-several-roots',
  title: 'Checkpoint with several roots',
  severity: 'medium',
  facet: 'torch-archive',
  formats: ['torch-zip'],
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'torch reads only what lies under the folder of the first member; other tools read the rest. A file with two roots shows a model to one and another to the other.',
  fix: 'Get the file again from its publisher, or convert it with `vouchsafe convert` once you know which root is meant.',
  faults: { 'several-roots': true },
  examples: {
    bad: [
      {
        name: 'model.pt',
        content: () => torchArchive({ 'archive/data.pkl': pickle2('}'), 'other/data.pkl': pickle2('}') }),
      },
    ],
    good: [
      { name: 'model.pt', content: () => torchArchive({ 'archive/data.pkl': pickle2('}'), 'archive/version': '3\n' }) },
    ],
  },
});
