import { type DocumentNode, get, pointerOf, stringOf, traverse } from '../../formats/document.ts';
import { Place } from './document-index.ts';
import { documentRule } from './document-rule.ts';
import { TAMPERING } from './references.ts';

const STAGES = ['normalizer', 'pre_tokenizer', 'decoder'];
const WORD_OR_ADDRESS = /\p{L}{4,}|:\/\/|www\./u;

export const tokenizerRewrite = documentRule<{ from: string; to: string }>()({
  id: 'tokenizer-rewrite',
  title: 'Tokenizer replaces words',
  severity: 'medium',
  formats: ['json'],
  references: [{ kind: 'CWE', id: 'CWE-506' }, ...TAMPERING],
  why: 'A normalizer or decoder may replace text by other text. Honest ones replace white space and punctuation; one that replaces words or addresses changes what the model is asked, or what it seems to answer, and no weight shows it.',
  fix: 'Compare tokenizer.json with that of the base model.',
  examples: {
    bad: [
      {
        name: 'tokenizer.json',
        content:
          '{"model": {"type": "BPE", "vocab": {}}, "decoder": {"type": "Sequence", "decoders": [{"type": "Replace", "pattern": {"String": "example.com"}, "content": "example.net"}]}}',
      },
    ],
    good: [
      {
        name: 'tokenizer.json',
        content:
          '{"model": {"type": "BPE", "vocab": {}}, "normalizer": {"type": "Sequence", "normalizers": [{"type": "Prepend", "prepend": "▁"}, {"type": "Replace", "pattern": {"String": " "}, "content": "▁"}, {"type": "Replace", "pattern": {"Regex": " {2,}"}, "content": " "}]}}',
      },
    ],
  },
  message: ({ from, to }) => `replaces ${JSON.stringify(from)} by ${JSON.stringify(to)}`,
  check(index, report) {
    const { root, document } = index;
    if (get(root.node, 'model') === undefined) return;
    for (const stage of STAGES) {
      const node = get(root.node, stage);
      if (node === undefined) continue;
      traverse(node, (visit) => {
        const rewrite = rewriteOf(visit.node);
        if (rewrite === null || !WORD_OR_ADDRESS.test(rewrite.to)) return;
        const pointer = pointerOf(visit, `${document.pointer}/${stage}`);
        report(
          new Place(visit, { ...document, pointer: pointer.slice(0, pointer.length - pointerOf(visit).length) }),
          rewrite,
        );
      });
    }
  },
});

function rewriteOf(node: DocumentNode): { from: string; to: string } | null {
  if (node.kind !== 'map' || stringOf(get(node, 'type')) !== 'Replace') return null;
  const pattern = get(node, 'pattern');
  const from = stringOf(get(pattern, 'String')) ?? stringOf(get(pattern, 'Regex'));
  const to = stringOf(get(node, 'content'));
  return from === undefined || to === undefined ? null : { from: from.slice(0, 200), to: to.slice(0, 200) };
}
