import { describe, expect, test } from 'vitest';
import { templateNames } from '../../src/clean/templates/index.ts';
import { ordinaryGguf } from '../../src/rules/examples/gguf.ts';
import { ordinarySafetensors } from '../../src/rules/examples/safetensors.ts';
import { rules } from '../../src/rules/index.ts';
import { scanBytes } from '../build/hostile-copies.ts';
import { ordinaryConfigs } from '../documents/ordinary-configs.ts';
import { ordinaryTemplates } from '../templates/ordinary.ts';
import { bytesOf, cleanBytes } from './run.ts';

const encoder = new TextEncoder();

function expectUntouched(bytes: Uint8Array, file: string): void {
  const { status, cleaned } = cleanBytes(bytes, file);
  expect(status).toBe('unchanged');
  expect(cleaned === undefined ? null : Buffer.from(bytesOf(cleaned.content)).equals(bytes)).toBe(true);
}

test.each(ordinaryConfigs.map(({ name, content }, index) => [`${index} ${name}`, name, content] as const))(
  'ordinary configuration %s stays byte for byte',
  (_, name, content) => expectUntouched(encoder.encode(content), name),
);

test.each(Object.entries(ordinaryTemplates))('ordinary template %s stays byte for byte', (_, template) => {
  expectUntouched(encoder.encode(template), 'chat_template.jinja');
  expectUntouched(encoder.encode(JSON.stringify({ chat_template: template }, null, 2)), 'tokenizer_config.json');
});

test('ordinary weights stay byte for byte', () => {
  expectUntouched(ordinarySafetensors(), 'model.safetensors');
  expectUntouched(ordinaryGguf(), 'model.gguf');
});

describe('what rules are silent about', () => {
  const good = rules.flatMap(({ id, examples }) => examples.good.map(({ name, content }) => ({ id, name, content })));
  test.each(good)('the good example $name of $id is not changed', ({ name, content }) => {
    const bytes = typeof content === 'string' ? encoder.encode(content) : content();
    if (scanBytes(bytes, name).verdict === 'clean') expectUntouched(bytes, name);
  });
});

test.each(templateNames)('the template %s is clean and parses', async (name) => {
  const { knownTemplates } = await import('../../src/clean/templates/index.ts');
  const report = scanBytes(encoder.encode(knownTemplates[name].text), 'chat_template.jinja');
  expect(report.findings).toEqual([]);
  expectUntouched(encoder.encode(knownTemplates[name].text), 'chat_template.jinja');
});
