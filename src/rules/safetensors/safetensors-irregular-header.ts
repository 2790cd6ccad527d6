import { ordinarySafetensors, safetensorsFile } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsIrregularHeader = faultRule({
  id: 'safetensors-irregular-header',
  title: 'Header no writer would make',
  severity: 'medium',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: {
    'leading-white-space': true,
    'byte-order-mark': true,
    'header-junk': true,
    comment: true,
    'trailing-comma': true,
    'unknown-field': true,
    'entry-as-array': true,
    'lone-surrogate': true,
    'empty-name': 'low',
    'odd-padding': 'low',
    'metadata-null': 'low',
    'unaligned-data': 'info',
  },
  references: [
    { kind: 'CWE', id: 'CWE-436' },
    { kind: 'CWE', id: 'CWE-1286' },
  ],
  why: 'The specification forbids it, yet some reader accepts it: room for data that one tool sees and another does not, or the mark of a file made by hand.',
  fix: 'Rewrite the file with the safetensors library, which drops whatever does not belong.',
  examples: {
    bad: [
      { name: 'model.safetensors', content: () => safetensorsFile(' {}') },
      { name: 'array.safetensors', content: () => safetensorsFile('{"w":["F32",[2],[0,8]]}', { data: 8 }) },
    ],
    good: [{ name: 'model.safetensors', content: ordinarySafetensors }],
  },
});
