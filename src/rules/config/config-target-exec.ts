import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { explainTarget, judgeTarget } from './target.ts';
import { targetPlaces } from './target-places.ts';

export const configTargetExec = documentRule<{ target: string; reason: string }>()({
  id: 'config-target-exec',
  title: 'Configuration instantiates a dangerous callable',
  severity: 'critical',
  formats: ['json', 'yaml', 'toml', 'safetensors', 'gguf', 'tar', 'pickle'],
  references: [
    { kind: 'CWE', id: 'CWE-94' },
    { kind: 'CVE', id: 'CVE-2025-23304' },
    { kind: 'CVE', id: 'CVE-2026-22584' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Hydra and the libraries built on it (NeMo, Uni2TS, ml-flextok and more) import whatever `_target_` names and call it with the rest of the map, at any depth. A model has no use for a function that runs commands, evaluates text or reaches into the system.',
  fix: 'Do not load the model. If the target is yours, name a class of the model library and pass data to it.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content: '{"distr_output": {"_target_": "builtins.exec", "_args_": ["import os; os.system(\'id\')"]}}',
      },
      { name: 'model_config.yaml', content: 'model:\n  encoder:\n    - _target_: os.system\n      _args_: [id]\n' },
      { name: 'config.json', content: "{\"extra\": \"{'_target_': 'subprocess.run', '_args_': [['id']]}\"}" },
      { name: 'notes', content: 'a:\n  _target_: "posix.system"\n' },
      { name: 'run.yaml', content: 'trainer:\n  class_path: torch.utils.collect_env.run\n' },
    ],
    good: [
      {
        name: 'config.json',
        content:
          '{"distr_output": {"_target_": "uni2ts.distribution.mixture.MixtureOutput", "components": [{"_target_": "uni2ts.distribution.student_t.StudentTOutput"}]}}',
      },
      {
        name: 'model_config.yaml',
        content:
          'optim:\n  _target_: torch.optim.AdamW\nencoder:\n  _target_: nemo.collections.asr.modules.ConformerEncoder\n',
      },
      { name: 'a.yaml', content: 'w:\n  _target_: collections.OrderedDict\n' },
    ],
  },
  message: ({ reason }) => reason,
  check(index, report, { policy }) {
    for (const { place, text } of targetPlaces(index)) {
      const target = judgeTarget(text, policy);
      if (target.kind !== 'runs-code' && target.kind !== 'reaches-out') continue;
      const data = { target: target.name, reason: explainTarget(target) };
      report(place, data, target.kind === 'runs-code' ? 'critical' : 'high');
    }
  },
});
