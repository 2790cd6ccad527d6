import { describe, expect, test } from 'vitest';
import {
  expectMutationsSurvived,
  expectTruncationsCaught,
  firedRules,
  scanBytes,
} from '../../../test/build/hostile-copies.ts';
import { h5Attribute, h5ExternalLink, h5File, h5Link, h5SoftLink } from '../../rules/examples/hdf5.ts';

const weights = h5File({ messages: [h5Attribute('keras_version', '3.0.0')], dataset: {} });

describe('ordinary files', () => {
  const files: Readonly<Record<string, Uint8Array>> = {
    empty: h5File({}),
    'one data set': weights,
    'built-in filter': h5File({ dataset: { filter: 1 } }),
    'a few blanks after the end': Uint8Array.from([...weights, 0x0a, 0x0a, 0x00]),
  };

  test.each(Object.entries(files))('%s', (_, bytes) => {
    const report = scanBytes(bytes, 'blob');
    expect(report.findings).toEqual([]);
    expect(report).toMatchObject({ format: 'hdf5', verdict: 'clean', coverage: { complete: true } });
  });

  test('counts groups and data sets', () => {
    expect(scanBytes(weights, 'm.h5').details).toMatchObject({ datasets: 1 });
  });
});

describe('what reaches out of the file', () => {
  const rows: readonly (readonly [title: string, bytes: Uint8Array, fires: readonly string[]])[] = [
    ['external link', h5File({ messages: [h5ExternalLink('w', '/etc/passwd', '/')] }), ['hdf5-external-data']],
    ['external storage (CVE-2026-1669)', h5File({ dataset: { external: '/etc/passwd' } }), ['hdf5-external-data']],
    ['virtual data set', h5File({ dataset: { isVirtual: true } }), ['hdf5-external-data']],
    ['user-defined link', h5File({ messages: [h5Link('w', 187, [1, 2, 3])] }), ['hdf5-external-data']],
    ['shape bomb (CVE-2026-0897)', h5File({ dataset: { dimension: 2n ** 40n } }), ['hdf5-expansion']],
    ['unregistered filter', h5File({ dataset: { filter: 31_999 } }), ['hdf5-filter']],
    ['user block', h5File({ before: 512 }), ['hdf5-outside-bytes']],
    ['tail', h5File({ after: 100 }), ['hdf5-outside-bytes', 'unaccounted-bytes']],
    ['soft link', h5File({ messages: [h5SoftLink('a', '/b')] }), ['hdf5-soft-link']],
  ];

  test.each(rows)('%s', (_, bytes, fires) => {
    expect(firedRules(scanBytes(bytes, 'blob'))).toEqual([...fires]);
  });

  test('soft links are ordinary in data, not in weights', () => {
    expect(scanBytes(h5File({ messages: [h5SoftLink('a', '/b')] }), 'data.h5').verdict).toBe('clean');
    const inWeights = h5File({ messages: [h5SoftLink('a', '/b'), h5Attribute('keras_version', '3')] });
    expect(scanBytes(inWeights, 'weights.h5').verdict).toBe('suspicious');
  });
});

test('a Keras configuration in an attribute is judged as config.json is', () => {
  const config = '{"class_name":"Lambda","config":{"function":["4wEAAAA=",null,null]}}';
  const report = scanBytes(h5File({ messages: [h5Attribute('model_config', config)] }), 'model.h5');
  expect(report.verdict).toBe('malicious');
  expect(report.findings[0]?.location.pointer).toMatch(/^\/@model_config\//);
});

test('a broken Keras configuration is damage', () => {
  const report = scanBytes(h5File({ messages: [h5Attribute('model_config', '{"a":')] }), 'model.h5');
  expect(firedRules(report)).toEqual(['malformed']);
});

test('truncated at each offset', () => {
  expectTruncationsCaught(weights, 'model.h5');
});

test('random damage only yields typed errors', () => {
  expectMutationsSurvived(
    h5File({ messages: [h5Attribute('a', 'text')], dataset: { external: 'x' } }),
    'model.h5',
    1500,
  );
});
