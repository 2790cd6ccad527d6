import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { explainTarget, judgeTarget } from './target.ts';
import { targetPlaces } from './target-places.ts';

export const configTargetAlias = documentRule<{ target: string; reason: string }>()({
  id: 'config-target-alias',
  title: 'Configuration reaches a dangerous module through another package',
  severity: 'critical',
  formats: ['json', 'yaml', 'toml', 'safetensors', 'gguf', 'tar', 'pickle'],
  references: [
    { kind: 'CWE', id: 'CWE-184' },
    { kind: 'GHSA', id: 'GHSA-37p2-j732-x8pj' },
    { kind: 'CVE', id: 'CVE-2025-23304' },
    ...SUPPLY_CHAIN,
  ],
  why: 'A loader follows attributes, and every module that a package has imported is one: `nemo.core.classes.common.os.system` is `os.system`. Allow-lists of prefixes and block-lists of names both let it pass, so a path like this is written by nobody who does not mean it.',
  fix: 'Do not load the model, and upgrade the library: hydra-core 1.3.6 and later compare what a name resolves to.',
  examples: {
    bad: [
      { name: 'config.json', content: '{"a": {"_target_": "nemo.core.classes.common.os.system", "command": "id"}}' },
      { name: 'config.yaml', content: 'a:\n  _target_: torch.nn.Module.__init__.__globals__\n' },
    ],
    good: [
      {
        name: 'config.yaml',
        content:
          'a:\n  _target_: nemo.utils.logging\nb:\n  _target_: torch.signal.windows.hann\nc:\n  _target_: torch.random.fork_rng\n',
      },
      { name: 'config.json', content: '{"a": {"_target_": "monai.networks.nets.UNet"}}' },
    ],
  },
  message: ({ reason }) => reason,
  check(index, report, { policy }) {
    for (const { place, text } of targetPlaces(index)) {
      const target = judgeTarget(text, policy);
      if (target.kind === 'alias') report(place, { target: target.name, reason: explainTarget(target) });
    }
  },
});
