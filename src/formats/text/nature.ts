import type { TextContent } from '../text-content.ts';

type Nature = TextContent['nature'];

/** Read by people, and by agents on their behalf. */
const PROSE_EXTENSIONS = new Set(['md', 'mdx', 'rst', 'adoc', 'html', 'htm', 'tex', 'markdown']);
const PROSE_NAMES =
  /^(?:readme|licen[cs]e|notice|copying|contributing|changelog|model_?card|agents|claude|security|authors|citation)(?:\.|$)/;

/** Run by an interpreter or a compiler; Python has a format of its own. */
const CODE_EXTENSIONS = new Set(
  (
    'sh bash zsh fish ksh csh command ps1 psm1 bat cmd vbs js mjs cjs ts tsx jsx rb pl php lua r jl go rs java kt swift c cc cpp cxx h hpp cu cuh ' +
    'm mm metal cl glsl wgsl scala clj ex erl hs ml sql awk tcl applescript dockerfile makefile mk cmake gradle'
  ).split(' '),
);
const CODE_NAMES = new Set([
  'dockerfile',
  'makefile',
  'justfile',
  'rakefile',
  'jenkinsfile',
  '.bashrc',
  '.profile',
  '.envrc',
]);

/** What a text is for, by its last path segment in lower case and its first characters. */
export function natureOf(name: string, head: string): Nature {
  const extension = name.includes('.') ? (name.split('.').at(-1) ?? '') : '';
  if (head.startsWith('#!') || CODE_EXTENSIONS.has(extension) || CODE_NAMES.has(name)) return 'code';
  if (PROSE_EXTENSIONS.has(extension) || PROSE_NAMES.test(name)) return 'prose';
  return 'data';
}
