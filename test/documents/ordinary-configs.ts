interface Config {
  readonly name: string;
  readonly content: string;
}

const llama = {
  _name_or_path: 'meta-llama/Llama-3.1-8B',
  architectures: ['LlamaForCausalLM'],
  attention_bias: false,
  bos_token_id: 128000,
  eos_token_id: [128001, 128008],
  hidden_act: 'silu',
  rms_norm_eps: 1e-5,
  rope_scaling: { factor: 8.0, original_max_position_embeddings: 8192, rope_type: 'llama3' },
  torch_dtype: 'bfloat16',
  transformers_version: '4.43.0',
  _attn_implementation_autoset: true,
};

const chatTemplate =
  "{{ bos_token }}{% for message in messages %}{{ '<|start|>' + message['role'] + '\\n' + message['content'] | trim + '<|end|>' }}{% endfor %}{% if add_generation_prompt %}{{ '<|start|>assistant\\n' }}{% endif %}";

const tokenizerConfig = {
  added_tokens_decoder: {
    '128000': { content: '<|begin_of_text|>', lstrip: false, special: true },
    '128001': { content: '<｜end▁of▁sentence｜>', special: true },
  },
  additional_special_tokens: ['<|im_start|>', '<|im_end|>'],
  bos_token: '<|begin_of_text|>',
  chat_template: chatTemplate,
  tokenizer_class: 'PreTrainedTokenizerFast',
};

const tokenizer = {
  version: '1.0',
  added_tokens: [{ id: 0, content: '<unk>', special: true }],
  normalizer: { type: 'Sequence', normalizers: [{ type: 'Replace', pattern: { String: ' ' }, content: '▁' }] },
  pre_tokenizer: { type: 'Split', pattern: { Regex: "(?i:'s|'t|'re)|\\p{L}+" }, behavior: 'Isolated' },
  model: {
    type: 'BPE',
    vocab: { '<unk>': 0, eval: 1, exec: 2, __import__: 3, os: 4, '${': 5, _target_: 6, trust_remote_code: 7 },
    merges: ['e v', 'o s', ['e', 'x']],
  },
};

const nemo = `
sample_rate: 16000
preprocessor:
  _target_: nemo.collections.asr.modules.AudioToMelSpectrogramPreprocessor
  sample_rate: \${sample_rate}
encoder:
  _target_: nemo.collections.asr.modules.ConformerEncoder
  feat_in: \${model.preprocessor.features}
spec_augment:
  - _target_: nemo.collections.asr.modules.SpectrogramAugmentation
optim:
  name: adamw
  sched: {name: CosineAnnealing, warmup_steps: 1000}
target: nemo.collections.asr.models.ctc_bpe_models.EncDecCTCModelBPE
nemo_version: 1.20.0
`;

const latentDiffusion = `
model:
  base_learning_rate: 1.0e-04
  target: ldm.models.diffusion.ddpm.LatentDiffusion
  params:
    unet_config:
      target: ldm.modules.diffusionmodules.openaimodel.UNetModel
      params: {image_size: 32, attention_resolutions: [4, 2, 1]}
    first_stage_config:
      target: ldm.models.autoencoder.AutoencoderKL
      params:
        lossconfig: {target: torch.nn.Identity}
    cond_stage_config:
      target: ldm.modules.encoders.modules.FrozenCLIPEmbedder
`;

const mlmodel = `
artifact_path: model
flavors:
  python_function:
    env: {conda: conda.yaml, virtualenv: python_env.yaml}
    loader_module: mlflow.sklearn
    model_path: model.pkl
    predict_fn: predict
    python_version: 3.11.4
  sklearn: {code: null, pickled_model: model.pkl, serialization_format: cloudpickle, sklearn_version: 1.3.0}
mlflow_version: 2.9.2
utc_time_created: '2024-01-02 03:04:05.678'
`;

const speechbrain = `
seed: 1986
__set_seed: !apply:torch.manual_seed [!ref <seed>]
save_folder: results/<seed>
compute_features: !new:speechbrain.lobes.features.Fbank
    n_mels: 80
CNN: !new:speechbrain.nnet.containers.Sequential
    input_shape: [null, null, 80]
    norm: !name:speechbrain.nnet.normalization.LayerNorm
    activation: !name:torch.nn.LeakyReLU
tokenizer: !new:sentencepiece.SentencePieceProcessor
modules: {cnn: !ref <CNN>}
model: !new:torch.nn.ModuleList [[
    !ref <CNN>
]]
pretrainer: !new:speechbrain.utils.parameter_transfer.Pretrainer
    loadables: {model: !ref <model>}
`;

const spacy = `
[paths]
train = null

[nlp]
lang = "en"
pipeline = ["tok2vec","ner"]
tokenizer = {"@tokenizers":"spacy.Tokenizer.v1"}

[components.ner.model]
@architectures = "spacy.TransitionBasedParser.v2"
hidden_width = 64

[components.tok2vec.model.encode]
@architectures = "spacy.MaxoutWindowEncoder.v2"

[training.optimizer]
@optimizers = "Adam.v1"

[training.optimizer.learn_rate]
@schedules = "warmup_linear.v1"
`;

const kerasConfig = {
  module: 'keras',
  class_name: 'Sequential',
  config: {
    name: 'sequential',
    dtype: { module: 'keras', class_name: 'DTypePolicy', config: { name: 'float32' }, registered_name: null },
    layers: [
      { module: 'keras.layers', class_name: 'InputLayer', config: { batch_shape: [null, 3] }, registered_name: null },
      {
        module: 'keras.layers',
        class_name: 'Dense',
        config: {
          units: 1,
          activation: 'relu',
          kernel_initializer: {
            module: 'keras.initializers',
            class_name: 'GlorotUniform',
            config: { seed: null },
            registered_name: null,
          },
        },
        registered_name: null,
      },
    ],
  },
  registered_name: null,
  compile_config: { loss: 'mse', metrics: null },
};

const json = (name: string, value: unknown): Config => ({ name, content: JSON.stringify(value, null, 2) });

/** Files as libraries write them, in shape and in the keys that could mislead a rule. */
export const ordinaryConfigs: readonly Config[] = [
  json('config.json', llama),
  json('tokenizer_config.json', tokenizerConfig),
  json('tokenizer.json', tokenizer),
  json('generation_config.json', { bos_token_id: 1, do_sample: true, temperature: 0.6, top_p: 0.9 }),
  json('special_tokens_map.json', { bos_token: { content: '<s>', lstrip: false }, unk_token: '<unk>' }),
  { name: 'vocab.json', content: JSON.stringify({ '!': 0, '"': 1, Ġthe: 2, import: 3, system: 4, $: 5, '${': 6 }) },
  json('preprocessor_config.json', { image_processor_type: 'CLIPImageProcessor', image_mean: [0.48, 0.45, 0.4] }),
  json('model_index.json', {
    _class_name: 'StableDiffusionXLPipeline',
    _diffusers_version: '0.19.0',
    force_zeros_for_empty_prompt: true,
    scheduler: ['diffusers', 'EulerDiscreteScheduler'],
    text_encoder: ['transformers', 'CLIPTextModel'],
    unet: ['diffusers', 'UNet2DConditionModel'],
    feature_extractor: [null, null],
  }),
  json('modules.json', [
    { idx: 0, name: '0', path: '', type: 'sentence_transformers.models.Transformer' },
    { idx: 1, name: '1', path: '1_Pooling', type: 'sentence_transformers.models.Pooling' },
    { idx: 2, name: '2', path: '2_Normalize', type: 'sentence_transformers.models.Normalize' },
  ]),
  json('adapter_config.json', {
    auto_mapping: null,
    base_model_name_or_path: 'meta-llama/Llama-2-7b-hf',
    peft_type: 'LORA',
    target_modules: ['q_proj', 'v_proj'],
  }),
  json('model.safetensors.index.json', {
    metadata: { total_size: 2 },
    weight_map: { 'a.weight': 'model-00001-of-00002.safetensors' },
  }),
  json('trainer_state.json', { best_metric: null, log_history: [{ loss: Number.MAX_VALUE, step: 10 }] }),
  { name: 'all_results.json', content: '{"eval_loss": NaN, "epoch": 3.0}' },
  { name: 'log.jsonl', content: '{"step": 1, "loss": 0.5}\n{"step": 2, "loss": 0.4}\n' },
  json('config.json', {
    distr_output: {
      _target_: 'uni2ts.distribution.MixtureOutput',
      components: [{ _target_: 'uni2ts.distribution.StudentTOutput' }],
    },
  }),
  json('config.json', kerasConfig),
  json('tool.json', {
    type: 'function',
    function: {
      name: 'eval',
      description: 'Evaluate an expression',
      parameters: { type: 'object', properties: { target: { type: 'string' } }, required: ['target'] },
    },
  }),
  json('schema.json', {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    $ref: '#/definitions/a',
    type: ['object', 'null'],
  }),
  { name: 'model_config.yaml', content: nemo },
  { name: 'v1-inference.yaml', content: latentDiffusion },
  { name: 'MLmodel', content: mlmodel },
  {
    name: 'conda.yaml',
    content:
      'channels:\n- conda-forge\ndependencies:\n- python=3.11.4\n- pip<=23.2\n- pip:\n  - mlflow==2.9.2\n  - cloudpickle==2.2.1\nname: mlflow-env\n',
  },
  { name: 'hyperparams.yaml', content: speechbrain },
  { name: 'hparams.yaml', content: 'lr: 0.001\nbatch_size: 32\nlayers: !!python/tuple\n- 1\n- 2\noptimizer: adam\n' },
  { name: 'config.cfg', content: spacy },
  { name: 'pyproject.toml', content: '[project]\nname = "a"\nrequires-python = ">=3.9"\n[tool.x]\nd = 2024-01-02\n' },
  {
    name: 'config.pbtxt',
    content:
      'name: "resnet"\nplatform: "onnxruntime_onnx"\nmax_batch_size: 8\ninput [\n  {\n    name: "x"  # comment\n    data_type: TYPE_FP32\n    dims: [ 3, 224, 224 ]\n  }\n]\ninstance_group { kind: KIND_GPU count: 1 }\n',
  },
  {
    name: 'model.xml',
    content:
      '<?xml version="1.0"?>\n<net name="m" version="11"><!-- a > b --><layers><layer id="0" name="x" type="Parameter"><data shape="1,3"/></layer></layers></net>\n',
  },
];

/** Honest files of a kind that runs code of its publisher: to be read first, and nothing worse. */
export const suspiciousConfigs: readonly (Config & { readonly rule: string })[] = [
  {
    ...json('config.json', {
      ...llama,
      auto_map: { AutoConfig: 'configuration_x.XConfig', AutoModelForCausalLM: 'modeling_x.XForCausalLM' },
    }),
    rule: 'hf-auto-map',
  },
  {
    ...json('modules.json', [{ idx: 0, name: 'transformer', path: '', type: 'custom_st.Transformer' }]),
    rule: 'sentence-transformers-module',
  },
  { name: 'model.yaml', content: 'net:\n  _target_: src.models.net.Net\n', rule: 'config-target-unknown' },
];
