import { expect, test } from 'vitest';
import { judgeRequirement } from './requirement.ts';

test.each([
  ['numpy; $(id)', 'high'],
  ['numpy && touch x', 'high'],
  ['numpy; touch /tmp/x #', 'high'],
  ['numpy | sh', 'high'],
  ['numpy\ntouch x', 'high'],
  ['--index-url http://packages.example.com/simple', 'medium'],
  ['--index-url=https://packages.example.com/simple', 'medium'],
  ['-i https://user:secret@packages.example.com/simple', 'medium'],
  ['--extra-index-url https://pypi.org.example.com/simple', 'medium'],
  ['--extra-index-url https://pypi.org@example.com/simple', 'medium'],
  ['-f https://example.com/wheels.html', 'medium'],
  ['--trusted-host example.com', 'medium'],
  ['-r https://example.com/more.txt', 'medium'],
  ['acme @ https://example.com/acme.whl', 'medium'],
  ['git+ssh://git@code.example.com/x.git', 'medium'],
  ['git+https://github.com/huggingface/transformers@main', 'low'],
  ['flash-attn @ https://github.com/a/b/releases/download/v1/flash_attn.whl', 'low'],
])('%j is %s', (line, severity) => {
  expect(judgeRequirement(line)?.severity).toBe(severity);
});

test.each([
  'numpy',
  'torch==2.4.0+cu121',
  'foo[bar,baz]>=1,<2; python_version >= "3.8" and sys_platform != "win32"',
  "foo ; 'linux' in sys_platform",
  'foo ; (python_version < "3.9")',
  'python=3.11',
  'pip<=23',
  '--index-url https://pypi.org/simple',
  '--extra-index-url https://download.pytorch.org/whl/cu121',
  '-f https://data.pyg.org/whl/torch-2.0.0+cpu.html',
  '--trusted-host mirrors.aliyun.com',
  '-e .',
  '-r base.txt',
])('%j is ordinary', (line) => {
  expect(judgeRequirement(line)).toBeNull();
});
