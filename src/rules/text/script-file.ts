import { defineRule, type Severity } from '../rule.ts';

interface Data {
  readonly what: string;
}

/** Ways a script fetches or unpacks what it then runs, or opens itself to the network. */
const DANGERS: readonly (readonly [what: string, severity: Severity, pattern: RegExp])[] = [
  [
    'runs what it downloads',
    'high',
    /\b(?:curl|wget)\b[^\n|]{0,300}\|\s{0,4}(?:sudo\s{1,4})?(?:(?:ba|z|da)?sh|python3?|perl|node)\b/,
  ],
  [
    'runs what it decodes',
    'high',
    /\bbase64\s{1,4}(?:-d|-D|--decode)\b[^\n|]{0,200}\|\s{0,4}(?:sudo\s{1,4})?(?:(?:ba|z|da)?sh|python3?|perl)\b/,
  ],
  [
    'opens a shell to the network',
    'high',
    /\/dev\/(?:tcp|udp)\/|\bnc(?:at)?\b[^\n]{0,80}\s-\w{0,6}e\b|\bsocat\b[^\n]{0,80}EXEC:/,
  ],
  [
    'downloads and evaluates',
    'high',
    /\b(?:iex|Invoke-Expression)\b[^\n]{0,200}(?:DownloadString|Invoke-WebRequest|iwr|FromBase64String)|\bpowershell(?:\.exe)?\b[^\n]{0,120}-e(?:nc|ncodedcommand)?\s/i,
  ],
  [
    'installs itself for later',
    'medium',
    /\bcrontab\s{1,4}-|>>\s{0,4}~?\/?[^\n]{0,40}\.(?:bashrc|zshrc|profile)\b|\/etc\/(?:cron|systemd|rc\.)|authorized_keys/,
  ],
];

/** Endings of files that hold weights or objects, and never text that starts with `#!`. */
const MODEL_NAME =
  /\.(?:bin|caffemodel|ckpt|dill|engine|gguf|ggml|h5|hdf5|joblib|keras|llamafile|mar|mlmodel|mlpackage|model|msgpack|nemo|npy|npz|onnx|pb|pdmodel|pdparams|pickle|pkl|plan|pt|pt2|pth|ptl|safetensors|skops|tflite|ubj|weights)$/i;

export const scriptFile = defineRule<Data>()({
  id: 'script-file',
  title: 'Program text beside a model',
  severity: 'low',
  facet: 'text',
  formats: ['text'],
  references: [
    { kind: 'CWE', id: 'CWE-494' },
    { kind: 'ATLAS', id: 'AML.T0011.000' },
  ],
  why: 'No loader runs a shell script or a C source that lies beside a model, but people and agents do. Its language is not judged here, save for the best known ways to fetch and run something else.',
  fix: 'Read the script before anybody runs it, or leave it out of the copy you serve.',
  examples: {
    bad: [
      { name: 'setup.sh', content: '#!/bin/sh\necho hello\n' },
      { name: 'run', content: '#!/bin/bash\ncurl -s https://example.com/x | bash\n' },
      { name: 'model.pkl', content: '#!/bin/sh\necho hello\n' },
    ],
    good: [{ name: 'notes.txt', content: 'Use the script of the base model.\n' }],
  },
  message: (data) => data.what,
  check(content, report, context) {
    if (content.nature !== 'code' || content.pointer !== '') return;
    if (content.offset === 0 && MODEL_NAME.test(context.path)) {
      report({ data: { what: 'a program under the name of a model' }, severity: 'medium' });
    }
    if (isPython(context.path, content.text)) return;
    const found = DANGERS.filter(([, , pattern]) => pattern.test(content.text));
    for (const [what, severity] of found) report({ data: { what }, severity });
    if (found.length === 0 && content.offset === 0)
      report({ data: { what: 'a program in a language that is not judged' } });
  },
});

/** Python is judged by rules of its own. */
function isPython(path: string, text: string): boolean {
  return /\.py[iw]?$/i.test(path) || /^#![^\n]{0,80}python/.test(text);
}
