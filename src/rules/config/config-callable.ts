import type { PowerKey } from '../data/config-keys.ts';
import type { DocumentIndex, Place } from './document-index.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { explainTarget, isDangerous, judgeTarget } from './target.ts';

/** Keys under which one library or another takes a dotted name and imports it, none of them reserved for that. */
const CALLABLE_KEYS: readonly PowerKey[] = [
  '()',
  'callable',
  'class',
  'cls',
  'factory',
  'fn',
  'func',
  'function',
  'target',
  'type',
];

export const configCallable = documentRule<{ key: string; target: string; reason: string }>()({
  id: 'config-callable',
  title: 'Configuration names a dangerous callable',
  severity: 'critical',
  formats: ['json', 'yaml', 'toml', 'tar', 'pickle'],
  references: [
    { kind: 'CWE', id: 'CWE-94' },
    { kind: 'URL', id: 'https://github.com/pyannote/pyannote-audio/issues/2000' },
    { kind: 'URL', id: 'https://github.com/modelscope/modelscope/issues/1758' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Latent diffusion configurations (`target` and `params`), pyannote pipelines (`name` and `params`), mmengine registries (`type`), logging configurations (`()`) and others import a dotted name and call it. No model needs `os.system` or its like there.',
  fix: 'Do not load the model.',
  examples: {
    bad: [
      { name: 'v1-inference.yaml', content: 'model:\n  target: os.system\n  params:\n    command: id\n' },
      {
        name: 'config.yaml',
        content: 'preprocessors:\n  audio:\n    name: subprocess.run\n    params: {args: [id]}\n',
      },
      {
        name: 'config.json',
        content: '{"model": {"target": "ldm.util.importlib.import_module", "params": {"name": "x"}}}',
      },
      { name: 'logging.json', content: '{"handlers": {"a": {"()": "os.system", "command": "id"}}}' },
    ],
    good: [
      {
        name: 'v1-inference.yaml',
        content: 'model:\n  target: ldm.models.diffusion.ddpm.LatentDiffusion\n  params:\n    linear_start: 0.00085\n',
      },
      {
        name: 'config.yaml',
        content: 'pipeline:\n  name: pyannote.audio.pipelines.SpeakerDiarization\n  params:\n    clustering: x\n',
      },
      {
        name: 'tool.json',
        content: '{"type": "function", "function": {"name": "open", "parameters": {"type": "object"}}}',
      },
    ],
  },
  message: ({ key, reason }) => `"${key}": ${reason}`,
  check(index, report, { policy }) {
    for (const place of callablePlaces(index)) {
      const text = place.text;
      if (text === undefined || !text.includes('.')) continue;
      const target = judgeTarget(text, policy);
      if (isDangerous(target)) {
        report(place, { key: String(place.step), target: target.name, reason: explainTarget(target) });
      }
    }
  },
});

function callablePlaces(index: DocumentIndex): readonly Place[] {
  const named = index.keyed('name').filter((place) => place.sibling('params')?.kind === 'map');
  return [...CALLABLE_KEYS.flatMap((key) => index.keyed(key)), ...named];
}
