import { h5Attribute, h5ExternalLink, h5File } from '../examples/hdf5.ts';
import { faultRule } from '../fault-rule.ts';

export const hdf5ExternalData = faultRule({
  id: 'hdf5-external-data',
  title: 'Data from outside the file',
  severity: 'high',
  facet: 'hdf5',
  formats: ['hdf5'],
  faults: { 'external-link': true, 'external-storage': true, 'virtual-dataset': true, 'user-defined-link': true },
  references: [
    { kind: 'CVE', id: 'CVE-2026-1669' },
    { kind: 'CWE', id: 'CWE-73' },
    { kind: 'CWE', id: 'CWE-610' },
  ],
  why: 'The file makes the library open another file, which may be any file of the machine, and gives its bytes out as data or weights. Files of weights have no need of it.',
  fix: 'Do not load the file. Ask for one that holds its data itself.',
  examples: {
    bad: [
      { name: 'link.h5', content: () => h5File({ messages: [h5ExternalLink('weights', '/etc/passwd', '/')] }) },
      { name: 'storage.h5', content: () => h5File({ dataset: { external: '/etc/passwd' } }) },
      { name: 'virtual.h5', content: () => h5File({ dataset: { isVirtual: true } }) },
    ],
    good: [
      { name: 'model.h5', content: () => h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} }) },
    ],
  },
});
