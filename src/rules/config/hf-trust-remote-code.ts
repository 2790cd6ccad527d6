import type { ConfigDocument } from '../../formats/document.ts';
import type { Severity } from '../rule.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { trustPlaces } from './trust.ts';

/** Read by a loader, with the power to pass the flag on. */
const LOADED =
  /^(?:(?:tokenizer_|processor_|preprocessor_|video_preprocessor_|image_processor_|feature_extractor_|generation_|open_clip_|adapter_|sentence_bert_|scheduler_|router_|span_marker_)?config|config_sentence_transformers|model_index|modules)\.json$|^model_config\.ya?ml$/;
/** Written by training and evaluation programs, and never read when the model is loaded. */
const RECORDS =
  /axolotl|mergekit|llamaboard|llamafactory|recipe|results?|eval|train|sft|dpo|ppo|grpo|lora|experiment|run|benchmark/;

export const hfTrustRemoteCode = documentRule<{ pointer: string }>()({
  id: 'hf-trust-remote-code',
  title: 'Configuration votes for its own trust',
  severity: 'critical',
  formats: ['json', 'yaml', 'tar'],
  references: [
    { kind: 'CWE', id: 'CWE-94' },
    { kind: 'CVE', id: 'CVE-2026-5241' },
    { kind: 'URL', id: 'https://github.com/mlfoundations/open_clip/issues/1146' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Whether to run a repository’s code is for whoever loads it to decide. Libraries that pass settings of the model’s own files on (NeMo `hf_data_cfg`, open_clip `tokenizer_kwargs`, SpanMarker `encoder`) take the decision out of their hands. In records of a training run it is only a record.',
  fix: 'Do not load the model with the library this file is for. Remove the flag, and give it yourself after reading the code.',
  examples: {
    bad: [
      {
        name: 'open_clip_config.json',
        content:
          '{"model_cfg": {"text_cfg": {"hf_tokenizer_name": "someone/else", "tokenizer_kwargs": {"trust_remote_code": true}}}}',
      },
      {
        name: 'model_config.yaml',
        content: 'train_ds:\n  hf_data_cfg:\n    - path: someone/else\n      trust_remote_code: yes\n',
      },
    ],
    good: [
      { name: 'config.json', content: '{"model_type": "llama", "trust_remote_code": false}' },
      { name: 'README.md', content: 'Use `AutoModel.from_pretrained(name, trust_remote_code=True)`.\n' },
    ],
  },
  message: ({ pointer }) => `${pointer} asks to run the code of a repository`,
  check(index, report) {
    for (const place of trustPlaces(index)) report(place, { pointer: place.pointer }, severityIn(index.document));
  },
});

function severityIn({ fileName, syntax }: ConfigDocument): Severity {
  if (syntax === 'safetensors-metadata' || syntax === 'gguf-metadata') return 'critical';
  if (LOADED.test(fileName)) return 'critical';
  return RECORDS.test(fileName) ? 'low' : 'medium';
}
