import type { RuleContext, Severity } from '../rule.ts';
import { HARMLESS_STDLIB_TARGETS } from '../data/config-targets.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { judgeTarget, type Target } from './target.ts';

/** Tags of PyYAML that only make plain values, and those of HyperPyYAML that only refer. */
const PLAIN =
  /^!!python\/(?:tuple|list|dict|str|unicode|bytes|int|long|float|complex|bool|none)$|^!(?:ref|copy|tuple|include|placeholder)\b/i;
const PYTHON = /^!!python\/(object\/apply|object\/new|object|name|module):(.*)$/s;
const HYPERPYYAML = /^!(new|apply|name|module):(.*)$/s;

export const yamlTag = documentRule<{ tag: string; reason: string }>()({
  id: 'yaml-tag',
  title: 'YAML tag builds Python objects',
  severity: 'critical',
  formats: ['yaml', 'tar', 'zip'],
  references: [
    { kind: 'CWE', id: 'CWE-502' },
    { kind: 'CVE', id: 'CVE-2022-31605' },
    { kind: 'URL', id: 'https://github.com/modelscope/modelscope/issues/1538' },
    ...SUPPLY_CHAIN,
  ],
  why: 'PyYAML’s unsafe loaders import and call what `!!python/…` tags name, HyperPyYAML what `!new:`, `!apply:` and `!name:` name. Plain data needs none of them; old Lightning and SpeechBrain files use them for their own classes.',
  fix: 'Load with `yaml.safe_load`. If a library insists on tags, read every one of them first.',
  examples: {
    bad: [
      { name: 'hparams.yaml', content: 'lr: !!python/object/apply:os.system [id]\n' },
      { name: 'hyperparams.yaml', content: 'run: !apply:subprocess.check_output\n  args: [id]\n' },
      { name: 'notes.txt', content: '%TAG !p! tag:yaml.org,2002:python/\n---\na: !p!object/new:acme.Thing []\n' },
      { name: 'a.yaml', content: 'lr: !<tag:yaml.org,2002:pytho%6e/object/apply:os.system> [id]\n' },
      { name: 'notes.txt', content: '%TAG !e! tag:yaml.org,2002:pytho%6e/\n---\nlr: !e!object/apply:os.system [id]\n' },
      { name: 'a.yaml', content: 'model: !new:speechbrain.utils.data_utils.os.system\n    command: id\n' },
    ],
    good: [
      {
        name: 'hyperparams.yaml',
        content:
          'n: 80\nfeatures: !new:speechbrain.lobes.features.Fbank\n    n_mels: !ref <n>\nact: !name:torch.nn.LeakyReLU\nseed: !apply:torch.manual_seed [1986]\n',
      },
      { name: 'hparams.yaml', content: 'size: !!python/tuple [1, 2]\nlr: 0.1\n' },
    ],
  },
  message: ({ tag, reason }) => `${tag} ${reason}`,
  check(index, report, { policy }) {
    for (const place of index.tagged) {
      const tag = place.node.tag ?? '';
      const severity = PLAIN.test(tag) ? null : judgeTag(tag, place.text ?? '', policy);
      if (severity !== null) report(place, { tag: tag.slice(0, 200), reason: REASONS[severity] }, severity);
    }
  },
});

/** `text` is the scalar that follows, which old PyYAML tags without a name carry it in. */
function judgeTag(tag: string, text: string, policy: RuleContext['policy']): Severity | null {
  const python = PYTHON.exec(tag);
  const match = python ?? HYPERPYYAML.exec(tag);
  if (match === null) return tag.startsWith('!!python/') ? 'high' : null;
  const [, kind = '', name = ''] = match;
  const target = judgeTarget(kind === 'module' ? `${name}._` : name || text, policy);
  return severityOf(target, python !== null);
}

const REASONS: Readonly<Record<Severity, string>> = {
  critical: 'runs code when loaded',
  high: 'builds an object of no known model library',
  medium: 'makes the loader import and build an object',
  low: '',
  info: '',
};

/** HyperPyYAML’s tags on known libraries are how SpeechBrain models are written; PyYAML’s need an unsafe loader. */
function severityOf(target: Target, isPython: boolean): Severity | null {
  if (target.kind === 'runs-code' || target.kind === 'alias') return 'critical';
  if (isPython) return target.kind === 'trusted' ? 'medium' : 'high';
  if (target.kind === 'trusted' || HARMLESS_STDLIB_TARGETS.has(`builtins.${target.name}`)) return null;
  return target.kind === 'unknown' ? 'medium' : 'high';
}
