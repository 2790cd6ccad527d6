import { type DocumentNode, get } from '../../formats/document.ts';
import { isNotebook, notebookCells, sourceText } from '../../formats/json/notebook.ts';
import { KNOWN_SCRIPT_HOSTS } from '../data/script-hosts.ts';
import type { Severity } from '../rule.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

/** Kinds of output that a browser acts on, in nbformat 4 and, by other names, in 3. */
const ACTIVE = ['text/html', 'application/javascript', 'image/svg+xml', 'html', 'javascript', 'svg'] as const;
const IS_SCRIPT = /javascript/;
/** Plotting libraries start their own pages, so a script alone says little. */
const SCRIPT = /<\s{0,8}(?:script|iframe|embed|object)\b|\son[a-z]{3,20}\s{0,8}=\s{0,8}["']|["']\s{0,8}javascript:/i;
/** Bokeh runs what it keeps in these variables to clean up after itself. */
const KERNEL =
  /\bkernel\s{0,8}\.\s{0,8}(?:execute|requestExecute)\s{0,8}\((?!\s{0,8}cmd(?:_clean|_destroy)?\s{0,8}[,)])/;
const COOKIES = /\bdocument\s{0,8}\.\s{0,8}cookie\b|_xsrf\b/;
const REMOTE = /<\s{0,8}script\b[^>]{0,500}?\bsrc\s{0,8}=\s{0,8}["']?\s{0,8}(?:https?:)?\/\/([^/"'\s>:?#]{1,253})/gi;

interface Data {
  readonly cell: number;
  readonly what: string;
}

export const notebookOutput = documentRule<Data>()({
  id: 'notebook-output',
  title: 'Notebook output acts when it is shown',
  severity: 'medium',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-79' },
    { kind: 'CVE', id: 'CVE-2021-32797' },
    { kind: 'CVE', id: 'CVE-2021-32798' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Saved outputs may be HTML and JavaScript. Viewers that trust the notebook run them, and a script in a page of Jupyter can make the kernel run Python without anybody pressing a key.',
  fix: 'Clear the outputs before opening the notebook: `jupyter nbconvert --clear-output --inplace`.',
  examples: {
    bad: [
      {
        name: 'demo.ipynb',
        content:
          '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "outputs": [{"output_type": "display_data", "data": {"application/javascript": ["Jupyter.notebook.kernel.execute(\\"print(1)\\")"]}}]}]}',
      },
      {
        name: 'demo.ipynb',
        content:
          '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "1", "outputs": [{"data": {"text/html": "<script src=\'https://example.com/x.js\'></script>"}}]}]}',
      },
    ],
    good: [
      {
        name: 'demo.ipynb',
        content:
          '{"nbformat": 4, "cells": [{"cell_type": "code", "source": "df", "outputs": [{"data": {"text/html": ["<table border=\\"1\\"><tr><td>1</td></tr></table>"], "text/plain": "<script>"}}]}]}',
      },
    ],
  },
  message: ({ cell, what }) => `the output of cell ${cell} ${what}`,
  check(index, report) {
    if (!isNotebook(index.root.node)) return;
    for (const [cell, { node }] of notebookCells(index.root.node).entries()) {
      const worst = worstOf(itemsOf(get(node, 'outputs')).flatMap(signsOf));
      if (worst !== undefined) report(index.root, { cell, what: worst.what }, worst.severity);
    }
  },
});

interface Sign {
  readonly what: string;
  readonly severity: Severity;
}

function worstOf(signs: readonly Sign[]): Sign | undefined {
  return (['high', 'medium', 'low'] as const)
    .map((level) => signs.find((sign) => sign.severity === level))
    .find(Boolean);
}

function itemsOf(node: DocumentNode | undefined): readonly DocumentNode[] {
  return node?.kind === 'list' ? node.items : [];
}

function signsOf(output: DocumentNode): Sign[] {
  return ACTIVE.flatMap((kind) => signsIn(kind, get(get(output, 'data'), kind) ?? get(output, kind)));
}

function signsIn(kind: string, content: DocumentNode | undefined): Sign[] {
  const text = sourceText(content);
  return text === '' ? [] : judge(text, IS_SCRIPT.test(kind));
}

/** True for a part of an output, by its kind and content, that acts when it is shown. */
export function actsWhenShown(kind: string, content: DocumentNode): boolean {
  return (ACTIVE as readonly string[]).includes(kind) && signsIn(kind, content).length > 0;
}

function judge(text: string, isScript: boolean): Sign[] {
  if (!isScript && !SCRIPT.test(text)) return [];
  if (KERNEL.test(text)) return [{ what: 'makes the kernel run code', severity: 'high' }];
  if (COOKIES.test(text)) return [{ what: 'reads the cookies of the page', severity: 'medium' }];
  const hosts = [...text.matchAll(REMOTE)].map(([, host = '']) => host.toLowerCase());
  const unknown = hosts.find((host) => !KNOWN_SCRIPT_HOSTS.has(host));
  if (unknown !== undefined) return [{ what: `loads a script from ${unknown}`, severity: 'medium' }];
  return [{ what: 'holds a script', severity: 'low' }];
}
