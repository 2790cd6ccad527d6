import type { Severity } from '../rule.ts';
import { stringOf } from '../../formats/document.ts';
import type { DocumentIndex, Place } from '../config/document-index.ts';
import { documentRule } from '../config/document-rule.ts';
import { SUPPLY_CHAIN } from '../config/references.ts';
import { isDangerous, judgeTarget } from '../config/target.ts';
import { KERAS_BUILTINS, KERAS_ROOTS } from '../data/keras-names.ts';
import type { RuleContext } from '../rule.ts';

export const kerasModule = documentRule<{ module: string; name: string }>()({
  id: 'keras-module',
  title: 'Keras model imports a module that is not Keras',
  severity: 'high',
  formats: ['json', 'zip', 'hdf5'],
  references: [{ kind: 'CWE', id: 'CWE-94' }, { kind: 'CVE', id: 'CVE-2025-1550' }, ...SUPPLY_CHAIN],
  why: 'Keras 3 before 3.9 imports the `module` that each part of the configuration names and calls what it finds there, even in safe mode.',
  fix: 'Upgrade Keras to 3.9 or later. If the module is the publisher’s own, read it before installing it.',
  examples: {
    bad: [
      {
        name: 'config.json',
        content: '{"class_name": "function", "config": "system", "module": "os", "registered_name": "function"}',
      },
      {
        name: 'config.json',
        content: '{"module": "acme_layers", "class_name": "Thing", "config": {}, "registered_name": null}',
      },
    ],
    good: [
      {
        name: 'config.json',
        content:
          '{"module": "keras.src.models.functional", "class_name": "Functional", "config": {"dtype": {"module": "keras", "class_name": "DTypePolicy", "config": {"name": "float32"}, "registered_name": null}}, "registered_name": "Functional"}',
      },
      {
        name: 'config.json',
        content: '{"module": null, "class_name": "MyLayer", "config": {}, "registered_name": "Custom>MyLayer"}',
      },
    ],
  },
  message: ({ module, name }) => `imports ${name} of ${module}`,
  check(index, report, { policy }) {
    for (const { place, module, name } of imports(index)) {
      const severity = severityOf(module, name, policy);
      if (severity !== null) report(place, { module: module.slice(0, 200), name: name.slice(0, 200) }, severity);
    }
  },
});

interface Import {
  readonly place: Place;
  readonly module: string;
  readonly name: string;
}

/** Serialized objects have `module`, `class_name` and `config`; functions put their name in `config`. */
function imports(index: DocumentIndex): Import[] {
  const objects = index.keyed('module').flatMap((place): Import[] => {
    const className = stringOf(place.sibling('class_name'));
    if (place.text === undefined || className === undefined || place.sibling('config') === undefined) return [];
    const name = className === 'function' ? (stringOf(place.sibling('config')) ?? className) : className;
    return [{ place, module: place.text, name }];
  });
  const functions = index
    .keyed('fn_module')
    .flatMap((place): Import[] =>
      place.text === undefined
        ? []
        : [{ place, module: place.text, name: stringOf(place.sibling('fn_name')) ?? 'a function' }],
    );
  return [...objects, ...functions];
}

function severityOf(module: string, name: string, policy: RuleContext['policy']): Severity | null {
  const [root = ''] = module.split('.');
  if (module === 'builtins') return judgeBuiltin(name);
  if (isDangerous(judgeTarget(`${module}._`, policy))) return 'critical';
  return KERAS_ROOTS.has(root) || policy.allowedTargetRoots.has(root) ? null : 'high';
}

/** Keras writes `builtins` for its own functions too, so only what is dangerous there counts. */
function judgeBuiltin(name: string): Severity | null {
  if (KERAS_BUILTINS.has(name)) return null;
  return isDangerous(judgeTarget(name, { allowedTargetRoots: new Set() })) ? 'critical' : null;
}
