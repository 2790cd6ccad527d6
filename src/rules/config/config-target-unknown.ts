import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { judgeTarget } from './target.ts';
import { targetPlaces } from './target-places.ts';

export const configTargetUnknown = documentRule<{ target: string }>()({
  id: 'config-target-unknown',
  title: 'Configuration instantiates a class of an unknown package',
  severity: 'medium',
  formats: ['json', 'yaml', 'toml', 'safetensors', 'gguf', 'tar', 'pickle'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, ...SUPPLY_CHAIN],
  why: 'Loading this configuration imports and calls a class of a package that is not a known model library. It may be the publisher’s own; it runs as soon as it can be imported.',
  fix: 'Read the package’s code. If you trust it, name its root under `allowedTargetRoots` in the policy file.',
  examples: {
    bad: [{ name: 'config.yaml', content: 'model:\n  _target_: acme_models.nets.Encoder\n  dim: 3\n' }],
    good: [
      {
        name: 'config.yaml',
        content: 'model:\n  _target_: torch.nn.Linear\n  in_features: 3\nnet:\n  _target_: UNet\n',
      },
    ],
  },
  message: ({ target }) => `${target} is not of a known model library`,
  check(index, report, { policy }) {
    for (const { place, text } of targetPlaces(index)) {
      const target = judgeTarget(text, policy);
      if (target.kind === 'unknown') report(place, { target: target.name });
    }
  },
});
