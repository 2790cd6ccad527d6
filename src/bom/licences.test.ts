import { describe, expect, test } from 'vitest';
import { isLicenceFile, licenceExpression, licenceOf } from './licences.ts';

describe('a licence field', () => {
  test.each([
    ['apache-2.0', { name: 'Apache-2.0', kind: 'id' }],
    ['MIT', { name: 'MIT', kind: 'id' }],
    ['cc-by-nc-4.0', { name: 'CC-BY-NC-4.0', kind: 'id' }],
    ['llama3.1', { name: 'llama3.1', kind: 'name' }],
    ['gpl', { name: 'gpl', kind: 'name' }],
    ['mit OR (apache-2.0 AND bsd-3-clause)', { name: 'MIT OR (Apache-2.0 AND BSD-3-Clause)', kind: 'expression' }],
    [
      'gpl-2.0-only WITH Classpath-exception-2.0',
      { name: 'GPL-2.0-only WITH Classpath-exception-2.0', kind: 'expression' },
    ],
    ['mit OR mine', { name: 'mit OR mine', kind: 'name' }],
    ['mit OR ', { name: 'mit OR ', kind: 'name' }],
    ['mit OR OR mit', { name: 'mit OR OR mit', kind: 'name' }],
    ['mit OR (mit', { name: 'mit OR (mit', kind: 'name' }],
  ])('%s', (text, expected) => {
    expect(licenceOf(text)).toEqual(expected);
  });

  test('that SPDX does not know becomes a LicenseRef (SPDX annex D)', () => {
    expect(licenceExpression(licenceOf('Llama 3.1 / Community'))).toBe('LicenseRef-Llama-3.1-Community');
    expect(licenceExpression(licenceOf('\u202e'))).toBe('LicenseRef-unnamed');
  });
});

test('licence texts are known by name, near the top', () => {
  expect(['LICENSE', 'license.txt', 'LICENCE-2', 'LICENSE-APACHE-2.0', 'sub/COPYING'].every(isLicenceFile)).toBe(true);
  expect(['licensed.py', 'a/b/LICENSE', 'unlicensed', 'LICENSE.age', 'LICENSE.pkl', 'NOTICE'].some(isLicenceFile)).toBe(
    false,
  );
});
