import { bentomlInjection } from './bentoml-injection.ts';
import { configCallable } from './config-callable.ts';
import { configExpression } from './config-expression.ts';
import { configInterpolation } from './config-interpolation.ts';
import { configPython } from './config-python.ts';
import { configTargetAlias } from './config-target-alias.ts';
import { configTargetExec } from './config-target-exec.ts';
import { configTargetUnknown } from './config-target-unknown.ts';
import { diffusersComponent } from './diffusers-component.ts';
import { duplicateKey } from './duplicate-key.ts';
import { gitLfsPointer } from './git-lfs-pointer.ts';
import { hfAttentionKernel } from './hf-attention-kernel.ts';
import { hfAutoMap } from './hf-auto-map.ts';
import { hfCrossRepository } from './hf-cross-repository.ts';
import { hfTrustRemoteCode } from './hf-trust-remote-code.ts';
import { lightningInstantiator } from './lightning-instantiator.ts';
import { mlflowCode } from './mlflow-code.ts';
import { notebookCode } from './notebook-code.ts';
import { notebookOutput } from './notebook-output.ts';
import { peftImport } from './peft-import.ts';
import { sentenceTransformersModule } from './sentence-transformers-module.ts';
import { skopsType } from './skops-type.ts';
import { spacyRegistry } from './spacy-registry.ts';
import { tokenizerRewrite } from './tokenizer-rewrite.ts';
import { torchserveHandler } from './torchserve-handler.ts';
import { tritonPython } from './triton-python.ts';
import { weightMapPath } from './weight-map-path.ts';
import { xmlEntity } from './xml-entity.ts';
import { yamlTag } from './yaml-tag.ts';
import type { AnyRule } from '../rule.ts';

/** What configurations and metadata make their loaders do, sorted by id. */
export const configRules: readonly AnyRule[] = [
  bentomlInjection,
  configCallable,
  configExpression,
  configInterpolation,
  configPython,
  configTargetAlias,
  configTargetExec,
  configTargetUnknown,
  diffusersComponent,
  duplicateKey,
  gitLfsPointer,
  hfAttentionKernel,
  hfAutoMap,
  hfCrossRepository,
  hfTrustRemoteCode,
  lightningInstantiator,
  mlflowCode,
  notebookCode,
  notebookOutput,
  peftImport,
  sentenceTransformersModule,
  skopsType,
  spacyRegistry,
  tokenizerRewrite,
  torchserveHandler,
  tritonPython,
  weightMapPath,
  xmlEntity,
  yamlTag,
];
