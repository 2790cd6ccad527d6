import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

const LIGHTNINGS_OWN = /^(?:lightning\.pytorch|pytorch_lightning)\.cli\.instantiate_module$/;

export const lightningInstantiator = documentRule<{ name: string }>()({
  id: 'lightning-instantiator',
  title: 'Hyper-parameters name a function that Lightning calls',
  severity: 'critical',
  formats: ['yaml', 'pickle', 'torch'],
  references: [
    { kind: 'CWE', id: 'CWE-470' },
    { kind: 'CVE', id: 'CVE-2026-31221' },
    { kind: 'URL', id: 'https://kb.cert.org/vuls/id/252619' },
    ...SUPPLY_CHAIN,
  ],
  why: '`load_from_checkpoint` imports whatever `_instantiator` names and calls it with the hyper-parameters. Lightning itself only ever writes its own `instantiate_module` there.',
  fix: 'Do not load the checkpoint.',
  examples: {
    bad: [{ name: 'hparams.yaml', content: '_instantiator: os.system\nlr: 0.1\n' }],
    good: [{ name: 'hparams.yaml', content: '_instantiator: lightning.pytorch.cli.instantiate_module\nlr: 0.1\n' }],
  },
  message: ({ name }) => `Lightning would call ${name}`,
  check(index, report) {
    for (const place of index.keyed('_instantiator')) {
      const name = place.text;
      if (name !== undefined && !LIGHTNINGS_OWN.test(name)) report(place, { name: name.slice(0, 200) });
    }
  },
});
