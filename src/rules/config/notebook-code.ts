import { get, stringOf } from '../../formats/document.ts';
import { cellSources, isNotebook, notebookCells, sourceText } from '../../formats/json/notebook.ts';
import type { Severity } from '../rule.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

/** Cells are looked through in pieces that overlap, so that no length hides anything. */
const PIECE_LENGTH = 200_000;
const OVERLAP = 4096;
/** What a download is handed to without anyone having seen it. */
const PIPED =
  /^[ \t]*[!%]{1,2}[ \t]*(?:sudo\s+)?(?:curl|wget)\b[^\n|]{0,2000}\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\b|\|\s*(?:sudo\s+)?(?:ba|z|da)?sh\s*$/m;
const ENCODED =
  /\b(?:exec|eval)\s*\(\s*(?:\w+\.){0,3}(?:b64decode|decompress|fromhex|loads|unhexlify|decode)\b|base64\s+(?:-d|--decode)[^\n]{0,200}\|\s*(?:ba)?sh\b/;

export const notebookCode = documentRule<{ what: string; cell: number; code: string }>()({
  id: 'notebook-code',
  title: 'Notebook downloads and runs what nobody has seen',
  severity: 'medium',
  formats: ['json'],
  references: [{ kind: 'CWE', id: 'CWE-494' }, ...SUPPLY_CHAIN],
  why: 'A cell pipes a download into a shell, or runs code that it first decodes. Whoever presses "run all" runs whatever the other end serves that day.',
  fix: 'Download first, read, then run; or leave the cell out.',
  examples: {
    bad: [
      {
        name: 'demo.ipynb',
        content:
          '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["!curl -s https://example.com/i.sh | bash\\n"]}]}',
      },
      {
        name: 'old.ipynb',
        content:
          '{"nbformat": 3, "cells": [], "worksheets": [{"cells": [{"cell_type": "code", "input": "!curl -s https://example.com/i.sh | bash"}]}]}',
      },
      {
        name: 'oldest.ipynb',
        content: '{"cells": [{"cell_type": "code", "code": "!curl -s https://example.com/i.sh | bash"}]}',
      },
    ],
    good: [
      {
        name: 'demo.ipynb',
        content:
          '{"nbformat": 4, "cells": [{"cell_type": "code", "source": ["!pip install torch\\n", "!wget https://example.com/a.zip\\n"]}, {"cell_type": "markdown", "source": "Run `curl x | sh` never."}]}',
      },
    ],
  },
  message: ({ what, cell, code }) => `cell ${cell} ${what}: ${code}`,
  check(index, report) {
    if (!isNotebook(index.root.node)) return;
    for (const [cell, { node }] of notebookCells(index.root.node).entries()) {
      if (stringOf(get(node, 'cell_type')) !== 'code') continue;
      for (const { node: source } of cellSources(node)) {
        for (const { what, severity, match } of signsInAll(sourceText(source))) {
          report(index.root, { cell, what, code: match }, severity);
        }
      }
    }
  },
});

function signsInAll(code: string): ReturnType<typeof signsIn> {
  const found: ReturnType<typeof signsIn> = [];
  for (let at = 0; at === 0 || at + OVERLAP < code.length; at += PIECE_LENGTH - OVERLAP) {
    found.push(...signsIn(code.slice(at, at + PIECE_LENGTH)));
  }
  return found;
}

const SIGNS: readonly { pattern: RegExp; what: string; severity: Severity }[] = [
  { pattern: PIPED, what: 'pipes a download into a shell', severity: 'medium' },
  { pattern: ENCODED, what: 'runs what it decodes', severity: 'high' },
];

function signsIn(code: string): { what: string; severity: Severity; match: string }[] {
  return SIGNS.flatMap(({ pattern, what, severity }) => {
    const match = pattern.exec(code)?.[0];
    return match === undefined ? [] : [{ what, severity, match: match.trim().slice(0, 200) }];
  });
}
