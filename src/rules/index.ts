import { archiveRules } from './archive/index.ts';
import { coremlRules } from './coreml/index.ts';
import { configRules } from './config/index.ts';
import { examinationRules } from './examination/index.ts';
import { ggufRules } from './gguf/index.ts';
import { hdf5Rules } from './hdf5/index.ts';
import { onnxRules } from './onnx/index.ts';
import { kerasRules } from './keras/index.ts';
import { pickleRules } from './pickle/index.ts';
import type { AnyRule } from './rule.ts';
import { safetensorsRules } from './safetensors/index.ts';
import { templateRules } from './template/index.ts';
import { tensorflowRules } from './tensorflow/index.ts';
import { textRules } from './text/index.ts';
import { codeRules } from './code/index.ts';
import { mediaRules } from './media/index.ts';
import { tfliteRules } from './tflite/index.ts';
import { torchRules } from './torch/index.ts';

/** Every rule, family by family; within a family sorted by id. */
export const rules: readonly AnyRule[] = [
  ...archiveRules,
  ...configRules,
  ...coremlRules,
  ...examinationRules,
  ...ggufRules,
  ...hdf5Rules,
  ...kerasRules,
  ...onnxRules,
  ...pickleRules,
  ...safetensorsRules,
  ...templateRules,
  ...tensorflowRules,
  ...textRules,
  ...codeRules,
  ...mediaRules,
  ...tfliteRules,
  ...torchRules,
];
