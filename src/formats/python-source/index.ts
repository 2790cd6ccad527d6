import { FormatError } from '../../bytes/errors.ts';
import { defineFormat, type Probe } from '../format.ts';
import { readText } from '../text/read-text.ts';
import { parsePython } from './parse-python.ts';
import type { PythonModule } from './syntax.ts';

export type { PythonModule } from './syntax.ts';

const NAME = /\.(?:py|pyi|pyw)$/;
const SHEBANG = /^#![^\n]{0,80}\bpython/;
/** What TorchScript's printer writes (torch/csrc/jit/serialization/python_print.cpp): type names of its own, and no imports but of those. */
const TORCHSCRIPT = /\b__torch__\b|^(?:class \w+\((?:Module|NamedTuple|Enum|Interface)?\):\n {2}__parameters__)/;
const FOREIGN_IMPORT = /^[ \t]*(?:import|from)[ \t]+(?!__torch__)/m;

/** Python source: `modeling_*.py` run under `trust_remote_code`, mmcv's `config.py`, TorchScript's `code/`. */
export const pythonSource = defineFormat({
  id: 'python-source',
  title: 'Python source',
  extensions: ['.py', '.pyi', '.pyw'],
  detect: (probe) => (isPython(probe) ? 'likely' : null),
  parse(context) {
    const { maxPythonBytes } = context.limits;
    const source = readText(context.source, 0, maxPythonBytes, 'maxPythonBytes');
    const encoding = declaredEncoding(source);
    if (!KEEPS_ASCII.test(encoding)) {
      context.flaw(FormatError.of('unsupported', { feature: `Python source in ${encoding}`, offset: 0 }));
    }
    const dialect = dialectOf(context.path, source);
    context.emit('python', parsePython(source, dialect));
    context.emit('text', { text: source, offset: 0, pointer: '', nature: 'code' });
    context.cover(0, context.source.size, 'structure');
  },
});

/** Encodings in which code is spelled as in ASCII; in `utf-7` or `unicode_escape` a comment may hold lines of code. */
const KEEPS_ASCII =
  /^(?:utf-?8(?:-sig)?|(?:us-?)?ascii|646|latin-?[0-9]{0,2}|l1|(?:iso-?)?8859(?:-\d{1,2})?|iso-?8859-\d{1,2}|cp\d{3,4}|windows-125\d|koi8-[rtu]|euc-?(?:jp|kr)|gb-?2312)$/;

/** PEP 263: a comment on one of the first two lines says how the bytes are to be read. */
function declaredEncoding(source: string): string {
  const [first = '', second = ''] = source.split(/\r\n?|\n/, 2);
  const declared = (line: string): string | undefined =>
    /^[ \t\f]*#[^\n]*?coding[:=][ \t]*([-\w.]{1,40})/.exec(line)?.[1];
  const found = declared(first) ?? (/^[ \t\f]*(?:#|$)/.test(first) ? declared(second) : undefined);
  return (found ?? 'utf-8').toLowerCase().replaceAll('_', '-');
}

function isPython(probe: Probe): boolean {
  if (probe.head.includes(0)) return false;
  if (NAME.test(probe.name)) return true;
  return probe.startsWith('#!') && SHEBANG.test(new TextDecoder('latin1').decode(probe.head.subarray(0, 100)));
}

function dialectOf(path: string, source: string): PythonModule['dialect'] {
  const inCode = /(?:^|\/)code\/(?:[^/]+\/)*[^/]+\.py$/.test(path);
  return inCode && (TORCHSCRIPT.test(source) || !FOREIGN_IMPORT.test(source)) ? 'torchscript' : 'python';
}
