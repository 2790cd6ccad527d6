import { fileChangers, startupPaths } from '../data/python-names.ts';
import { defineRule } from '../rule.ts';
import { analyse } from './analysis.ts';
import { type PathData, reportUses } from './path-rule.ts';

const WRITES =
  /^(?:open|os\.open|io\.open|shutil\.(?:copy|copy2|copyfile|move)|os\.(?:rename|replace|symlink|link))$|\.(?:write_text|write_bytes|open)$/;

export const pythonFileChange = defineRule<PathData>()({
  id: 'python-file-change',
  title: 'Code that changes files outside the model',
  severity: 'low',
  facet: 'python',
  formats: ['python-source'],
  references: [
    { kind: 'CWE', id: 'CWE-73' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'Code that removes or replaces files can do harm; code that writes where shells, schedulers and interpreters look stays behind after the model is gone.',
  fix: 'Read which files it changes. Load the model as a user that may not change them.',
  examples: {
    bad: [
      { name: 'modeling_x.py', content: 'import shutil\nshutil.rmtree("cache")\n' },
      {
        name: 'modeling_x.py',
        content: 'import os\nwith open(os.path.expanduser("~/.bashrc"), "a") as f:\n    f.write("echo hi")\n',
      },
    ],
    good: [{ name: 'tokenization_x.py', content: 'with open(path, "w", encoding="utf-8") as f:\n    f.write("a")\n' }],
  },
  message: (data) => `line ${data.line}: uses ${data.path}`,
  check(module, report) {
    reportUses(module, fileChangers, report);
    const { uses, strings } = analyse(module);
    if (!uses.some((use) => use.args !== undefined && WRITES.test(use.path))) return;
    for (const { text, line } of strings) {
      if (text.length < 200 && !/\s/.test(text) && startupPaths.test(text))
        report({ data: { path: text, line }, severity: 'high' });
    }
  },
});
