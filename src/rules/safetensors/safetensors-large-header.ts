import { ordinarySafetensors, safetensorsFile } from '../examples/safetensors.ts';
import { faultRule } from '../fault-rule.ts';

export const safetensorsLargeHeader = faultRule({
  id: 'safetensors-large-header',
  title: 'Header larger than the Hub reads',
  severity: 'info',
  facet: 'safetensors',
  formats: ['safetensors'],
  faults: { 'large-header': true },
  references: [{ kind: 'CWE', id: 'CWE-400' }],
  why: 'Headers above 25 MB are not read by the Hugging Face Hub, so its own checks and previews do not see this file. Loaders accept up to 100 MB.',
  fix: 'Nothing to do if the model really has that many tensors; otherwise ask its publisher what the header holds.',
  examples: {
    bad: [{ name: 'model.safetensors', content: () => safetensorsFile('{}'.padEnd(25_000_008)) }],
    good: [{ name: 'model.safetensors', content: ordinarySafetensors }],
  },
});
