import { defineRule } from '../rule.ts';

export const activeContent = defineRule<{ readonly carrier: string; readonly feature: string }>()({
  id: 'active-content',
  title: 'Document that acts when it is opened',
  severity: 'medium',
  facet: 'active-content',
  formats: ['pdf', 'svg'],
  references: [
    { kind: 'CWE', id: 'CWE-79' },
    { kind: 'CWE', id: 'CWE-434' },
  ],
  why: 'A picture or a paper beside a model has no need of scripts, programs to start or embedded files. Browsers and viewers run them when somebody only wants to look.',
  fix: 'Remove the file, or replace it with a plain picture.',
  examples: {
    bad: [
      { name: 'logo.svg', content: '<svg xmlns="http://www.w3.org/2000/svg"><script>1</script></svg>' },
      {
        name: 'paper.pdf',
        content: '%PDF-1.4\n1 0 obj\n<< /OpenAction << /S /JavaScript /JS (1) >> >>\nendobj\n%%EOF\n',
      },
    ],
    good: [
      { name: 'logo.svg', content: '<svg xmlns="http://www.w3.org/2000/svg"><path d="M0 0L1 1"/></svg>' },
      { name: 'paper.pdf', content: '%PDF-1.4\n1 0 obj\n<< /Type /Catalog >>\nendobj\n%%EOF\n' },
    ],
  },
  message: (data) => `${data.carrier.toUpperCase()} with ${data.feature}`,
  check(value, report) {
    report({ data: { carrier: value.carrier, feature: value.feature } });
  },
});
