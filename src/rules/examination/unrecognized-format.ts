import { noticeRule } from './notice-rule.ts';

export const unrecognizedFormat = noticeRule({
  id: 'unrecognized-format',
  title: 'Unknown kind of file',
  severity: 'medium',
  inconclusive: true,
  references: [{ kind: 'CWE', id: 'CWE-434' }],
  why: 'The bytes belong to no format the scanner knows, so nothing can be said about what loading them would do.',
  fix: 'Remove the file if the model does not need it, or name its format with --format if you know it.',
  examples: {
    bad: [{ name: 'weights.bin', content: () => Uint8Array.of(0x93, 0x01, 0xfe, 0x00, 0x07, 0x99, 0x00, 0xff) }],
    good: [{ name: 'notes.txt', content: 'plain text' }],
  },
});
