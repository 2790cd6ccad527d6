/** Endings of weight files, which an output's own takes the place of. */
const ENDING = /\.(bin|pt|pth|th|ckpt|pkl|pickle|npy|npz|h5|hdf5|keras|onnx|tar|index|safetensors)$/i;
/** What torch's weights are called and safetensors' are not: transformers looks for `model.safetensors`. */
const TORCH_STEM = /^pytorch_model(?=$|[-.])/;
/** With the variant that transformers and diffusers put before the last ending: `pytorch_model.bin.index.fp16.json`. */
const INDEX = /\.(?:bin|pt|pth|safetensors)\.index(\.[^./]+)?\.json$/i;

/** `pytorch_model-00001-of-00002.bin` becomes `model-00001-of-00002.safetensors`, `adapter_model.bin` `adapter_model.safetensors`. */
export function safetensorsName(fileName: string): string {
  return `${stemOf(fileName)}.safetensors`;
}

export function stemOf(fileName: string): string {
  const bare = fileName.replace(ENDING, '');
  return (bare === '' ? fileName : bare).replace(TORCH_STEM, 'model');
}

/** True for the index of a sharded torch checkpoint. */
export function isTorchIndex(fileName: string): boolean {
  return isIndex(fileName) && !isSafetensorsIndex(fileName);
}

/** True for an index of whatever weights. */
export function isIndex(fileName: string): boolean {
  return INDEX.test(fileName);
}

export function isSafetensorsIndex(fileName: string): boolean {
  return isIndex(fileName) && /\.safetensors\.index\./i.test(fileName);
}

/** What a sharded checkpoint is called as safetensors, in shards with an index and in one file. */
export function shardedNames(indexName: string): { readonly index: string; readonly stem: string } {
  const [, variant = ''] = INDEX.exec(indexName) ?? [];
  const stem = indexName.replace(INDEX, '').replace(TORCH_STEM, 'model');
  return { index: `${stem}.safetensors.index${variant}.json`, stem: `${stem}${variant}` };
}

/** What training leaves beside the weights: states of optimizers, schedulers and random generators, and pickled arguments. */
const TRAINING =
  /^(optimizer|scheduler|scaler|training_args|rng_state(_\d+)?|random_states(_\d+)?|trainer_state)\.(bin|pt|pth|pkl|ckpt)$/i;

export function isTrainingState(fileName: string): boolean {
  return TRAINING.test(fileName);
}

/** Made from the files of a folder before it was converted, and so not about the new ones. */
const ABOUT_THE_OLD: ReadonlySet<string> = new Set([
  'vouchsafe.conversion.json',
  'model.sig',
  'model.intoto.jsonl',
  'model.cdx.json',
  'model.spdx.json',
]);

export function isAboutOldFiles(path: string): boolean {
  return ABOUT_THE_OLD.has(path);
}
