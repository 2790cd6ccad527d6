import type { PowerKey } from '../data/config-keys.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { trustPlaces } from './trust.ts';

const REPOSITORY = /^[\w.-]{1,96}\/[\w.-]{1,96}$/;
/** Loaded from the hub by some library or another. */
const FOLLOWED: readonly PowerKey[] = ['hf_tokenizer_name', 'encoder'];
/** In nearly every fine-tuned model; they only matter where code of a repository may run. */
const RECORDED: readonly PowerKey[] = ['_name_or_path', 'base_model_name_or_path'];

export const hfCrossRepository = documentRule<{ key: string; repository: string; trusted: boolean }>()({
  id: 'hf-cross-repository',
  title: 'Configuration points at another repository',
  severity: 'low',
  formats: ['json', 'yaml'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, { kind: 'CVE', id: 'CVE-2026-5241' }, ...SUPPLY_CHAIN],
  why: 'Part of the model is loaded from a repository that was not examined and may change. Together with `trust_remote_code` in the same file it is the two-repository attack: a clean model that fetches its payload from elsewhere.',
  fix: 'Examine the other repository too and pin its revision, or copy what is needed next to the model.',
  examples: {
    bad: [
      { name: 'open_clip_config.json', content: '{"model_cfg": {"text_cfg": {"hf_tokenizer_name": "someone/else"}}}' },
      { name: 'config.json', content: '{"_name_or_path": "someone/else", "trust_remote_code": true}' },
    ],
    good: [{ name: 'config.json', content: '{"_name_or_path": "meta-llama/Llama-3.1-8B", "model_type": "llama"}' }],
  },
  message: ({ key, repository, trusted }) =>
    `"${key}" points at ${repository}${trusted ? ', and this file asks to trust remote code' : ''}`,
  check(index, report) {
    const trusted = trustPlaces(index).length > 0;
    for (const place of [...FOLLOWED, ...(trusted ? RECORDED : [])].flatMap((key) => index.keyed(key))) {
      const { text } = place;
      if (text === undefined || !REPOSITORY.test(text)) continue;
      report(place, { key: String(place.step), repository: text, trusted }, trusted ? 'high' : 'low');
    }
  },
});
