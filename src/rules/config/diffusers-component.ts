import { type DocumentNode, get, type MapNode, stringOf } from '../../formats/document.ts';
import { DIFFUSERS_LIBRARIES } from '../data/diffusers-libraries.ts';
import type { RuleContext } from '../rule.ts';
import { documentRule } from './document-rule.ts';
import { SUPPLY_CHAIN } from './references.ts';
import { isDangerous, judgeTarget } from './target.ts';

export const diffusersComponent = documentRule<{ component: string; library: string; className: string }>()({
  id: 'diffusers-component',
  title: 'Pipeline imports code that is not diffusers’ own',
  severity: 'high',
  formats: ['json'],
  references: [
    { kind: 'CWE', id: 'CWE-829' },
    { kind: 'CVE', id: 'CVE-2026-44513' },
    { kind: 'CVE', id: 'CVE-2026-45804' },
    ...SUPPLY_CHAIN,
  ],
  why: 'Each component of `model_index.json` names a library and a class, and diffusers imports the library, or a Python file of that name in the component’s folder. A pipeline class given as `[file, class]` and `custom_pipeline` load Python files in the same way.',
  fix: 'Read the file or package it names before loading, pin the revision, and upgrade diffusers to 0.38.0 or later.',
  examples: {
    bad: [
      {
        name: 'model_index.json',
        content: '{"_class_name": ["my_pipeline", "MyPipeline"], "_diffusers_version": "0.30.0"}',
      },
      {
        name: 'model_index.json',
        content:
          '{"_class_name": "FluxPipeline", "_diffusers_version": "0.30.0", "transformer": ["my_transformer", "MyModel"]}',
      },
    ],
    good: [
      {
        name: 'model_index.json',
        content:
          '{"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.6.0", "unet": ["diffusers", "UNet2DConditionModel"], "text_encoder": ["transformers", "CLIPTextModel"], "safety_checker": ["stable_diffusion", "StableDiffusionSafetyChecker"], "image_encoder": [null, null], "requires_safety_checker": true}',
      },
    ],
  },
  message: ({ component, library, className }) => `${component} is ${className} of ${library}`,
  check(index, report, { policy }) {
    const { root } = index;
    if (!isPipeline(root.node, index.document.fileName)) return;
    for (const part of foreignParts(root.node)) {
      const dangerous = isDangerous(judgeTarget(`${part.library}.${part.className}`, policy));
      if (dangerous) report(root, part, 'critical');
      else if (!isKnown(part.library, policy)) report(root, part);
    }
  },
});

interface Part {
  readonly component: string;
  readonly library: string;
  readonly className: string;
}

function isPipeline(root: DocumentNode, fileName: string): root is MapNode {
  if (root.kind !== 'map' || get(root, '_class_name') === undefined) return false;
  return fileName === 'model_index.json' || get(root, '_diffusers_version') !== undefined;
}

/** Every `[library, class]` of the pipeline, and the two ways to name a pipeline file. */
function foreignParts(root: MapNode): Part[] {
  return root.entries.flatMap(({ key, value }): Part[] => {
    if (key === 'custom_pipeline') {
      const text = stringOf(value);
      return text === undefined ? [] : [{ component: 'custom_pipeline', library: text, className: 'a pipeline' }];
    }
    if (value.kind !== 'list' || value.items.length !== 2 || (key.startsWith('_') && key !== '_class_name')) return [];
    const [library, className] = value.items.map(stringOf);
    if (library === undefined || className === undefined) return [];
    return [{ component: key, library, className }];
  });
}

function isKnown(library: string, policy: RuleContext['policy']): boolean {
  const [root = ''] = library.split('.');
  return DIFFUSERS_LIBRARIES.has(library) || DIFFUSERS_LIBRARIES.has(root) || policy.allowedTargetRoots.has(root);
}
