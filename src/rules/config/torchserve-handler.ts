import { get, stringOf } from '../../formats/document.ts';
import { isEscapingPath } from './paths.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';

const FILE_KEYS = ['handler', 'serializedFile', 'modelFile', 'requirementsFile'];

export const torchserveHandler = documentRule<{ key: string; value: string }>()({
  id: 'torchserve-handler',
  title: 'Model archive brings its own handler',
  severity: 'medium',
  formats: ['json', 'zip'],
  references: [{ kind: 'CWE', id: 'CWE-829' }, { kind: 'CVE', id: 'CVE-2023-43654' }, ...SUPPLY_CHAIN],
  why: 'TorchServe imports the Python file that a model archive names as its handler, and joins other names of the manifest to its folder.',
  fix: 'Read the handler. A name that leaves the archive’s folder is an attack: do not serve it.',
  examples: {
    bad: [
      {
        name: 'MANIFEST.json',
        content:
          '{"archiverVersion": "0.9.0", "model": {"modelName": "m", "handler": "handler.py", "serializedFile": "m.pt"}}',
      },
      {
        name: 'MANIFEST.json',
        content:
          '{"archiverVersion": "0.9.0", "model": {"modelName": "m", "handler": "image_classifier", "serializedFile": "../../m.pt"}}',
      },
    ],
    good: [
      {
        name: 'MANIFEST.json',
        content:
          '{"archiverVersion": "0.9.0", "model": {"modelName": "m", "handler": "image_classifier", "serializedFile": "m.pt"}}',
      },
    ],
  },
  message: ({ key, value }) => `"${key}" is ${value}`,
  check(index, report) {
    for (const place of index.keyed('handler')) {
      if (place.stepAbove(1) !== 'model' || place.sibling('modelName') === undefined) continue;
      for (const key of FILE_KEYS) {
        const value = stringOf(get(place.map, key));
        if (value === undefined) continue;
        if (isEscapingPath(value)) report(place, { key, value }, 'high');
        else if (key === 'handler' && /\.py(?::|$)/.test(value)) report(place, { key, value });
      }
    }
  },
});
