import { describe, expect, it } from 'vitest';
import { isScipyArgumentTemplate, scipyArgumentTemplate } from './scipy-template.ts';

// As scipy 1.10 pickles stats.uniform(0, 1), stats.beta(1, 2) and stats.randint(1, 5).
const uniform =
  "\ndef _parse_args(self,  loc=0, scale=1):\n    return (), loc, scale\n\ndef _parse_args_rvs(self,  loc=0, scale=1, size=None):\n    return self._argcheck_rvs( loc, scale, size=size)\n\ndef _parse_args_stats(self,  loc=0, scale=1, moments='mv'):\n    return (), loc, scale, moments\n";
const randint =
  "\ndef _parse_args(self, low, high,  loc=0):\n    return (low, high, ), loc, 1\n\ndef _parse_args_rvs(self, low, high,  loc=0, size=None):\n    return self._argcheck_rvs(low, high,  loc, 1, size=size)\n\ndef _parse_args_stats(self, low, high,  loc=0, moments='mv'):\n    return (low, high, ), loc, 1, moments\n";

describe("scipy's argument template", () => {
  it('knows what scipy writes', () => {
    expect(isScipyArgumentTemplate(uniform)).toBe(true);
    expect(isScipyArgumentTemplate(randint)).toBe(true);
    expect(isScipyArgumentTemplate(scipyArgumentTemplate(['a', 'b'], true))).toBe(true);
  });

  it.each([
    ['nothing', ''],
    ['other code', 'import os'],
    ['code after it', `${uniform}import os\n`],
    ['code before it', `import os\n${uniform}`],
    ['a default that calls', uniform.replaceAll('loc=0', "loc=print('x')")],
    ['a decorator', `\n@print${uniform}`],
    ['a private shape', scipyArgumentTemplate(['__import__'], true)],
  ])('refuses %s', (_name, text) => {
    expect(isScipyArgumentTemplate(text)).toBe(false);
  });
});
