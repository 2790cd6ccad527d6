import { stringOf } from '../../formats/document.ts';
import type { RulePolicy } from '../rule.ts';
import type { Place } from './document-index.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { explainTarget, isLookup, judgeTarget, type Target } from './target.ts';
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
      { name: 'model_config.yaml', content: 'model:\n  _target_: hydra.utils.instantiate\n  config: x\n' },
      { name: 'model_config.yaml', content: 'model:\n  _target_: omegaconf.OmegaConf.load\n  file_: x.yaml\n' },
      { name: 'model_config.yaml', content: 'act:\n  _target_: hydra.utils.get_method\n  path: os.system\n' },
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
      { name: 'b.yaml', content: 'act:\n  _target_: hydra.utils.get_class\n  path: torch.nn.GELU\n' },
    ],
  },
  message: ({ reason }) => reason,
  check(index, report, { policy }) {
    for (const { place, text } of targetPlaces(index)) {
      const target = lookedUp(judgeTarget(text, policy), place, policy);
      if (target.kind !== 'runs-code' && target.kind !== 'reaches-out') continue;
      const data = { target: target.name, reason: explainTarget(target) };
      report(place, data, target.kind === 'runs-code' ? 'critical' : 'high');
    }
  },
});

/** What a lookup stands for: the name in `path`, when there is just one and it can be read. */
function lookedUp(target: Target, place: Place, policy: RulePolicy): Target {
  const path = stringOf(place.sibling('path'));
  if (!isLookup(target) || path === undefined || place.sibling('_args_') !== undefined) return target;
  const named = judgeTarget(path, policy);
  if (named.kind === 'trusted') return named;
  return named.kind === 'runs-code' || named.kind === 'alias' ? { ...named, kind: 'runs-code' } : target;
}
