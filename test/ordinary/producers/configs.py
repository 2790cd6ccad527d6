"""Configuration files as they lie beside models, written out by hand so that no library is needed."""

from __future__ import annotations

from typing import Any

PRODUCER = "configs"

TOKENIZER = {
    "version": "1.0", "truncation": None, "padding": None,
    "added_tokens": [{"id": 0, "content": "[UNK]", "single_word": False, "lstrip": False, "rstrip": False, "normalized": False, "special": True}],
    "normalizer": {"type": "BertNormalizer", "clean_text": True, "handle_chinese_chars": True, "strip_accents": None, "lowercase": True},
    "pre_tokenizer": {"type": "BertPreTokenizer"},
    "post_processor": {"type": "TemplateProcessing", "single": [{"SpecialToken": {"id": "[CLS]", "type_id": 0}}, {"Sequence": {"id": "A", "type_id": 0}}], "pair": [], "special_tokens": {}},
    "decoder": {"type": "WordPiece", "prefix": "##", "cleanup": True},
    "model": {"type": "WordPiece", "unk_token": "[UNK]", "continuing_subword_prefix": "##", "max_input_chars_per_word": 100, "vocab": {"[UNK]": 0, "the": 1, "##s": 2}},
}

JSON = {
    "config_llama.json": {"architectures": ["LlamaForCausalLM"], "model_type": "llama", "hidden_size": 4096, "hidden_act": "silu", "rope_scaling": None, "torch_dtype": "bfloat16", "transformers_version": "4.40.0", "vocab_size": 32000},
    "config_bert.json": {"architectures": ["BertForMaskedLM"], "model_type": "bert", "hidden_size": 768, "id2label": {"0": "NEG", "1": "POS"}, "gradient_checkpointing": False},
    "config_vit.json": {"architectures": ["ViTForImageClassification"], "model_type": "vit", "image_size": 224, "patch_size": 16, "id2label": {str(i): f"class {i}" for i in range(50)}},
    "config_quantized.json": {"architectures": ["MistralForCausalLM"], "model_type": "mistral", "quantization_config": {"bits": 4, "group_size": 128, "quant_method": "gptq", "desc_act": True}},
    "generation_config.json": {"bos_token_id": 1, "eos_token_id": [2, 3], "temperature": 0.6, "do_sample": True, "top_p": 0.9},
    "special_tokens_map.json": {"bos_token": "<s>", "eos_token": "</s>", "unk_token": {"content": "<unk>", "lstrip": False, "normalized": False, "rstrip": False, "single_word": False}},
    "tokenizer.json": TOKENIZER,
    "vocab.json": {"<|endoftext|>": 0, "!": 1, "\u0120the": 2, "eval": 3, "exec": 4, "import": 5, "os": 6, "system": 7, "__class__": 8},
    "added_tokens.json": {"<image>": 32000, "<pad>": 32001},
    "preprocessor_config.json": {"do_normalize": True, "do_resize": True, "image_mean": [0.5, 0.5, 0.5], "image_processor_type": "ViTImageProcessor", "size": {"height": 224, "width": 224}},
    "model_index.json": {"_class_name": "StableDiffusionPipeline", "_diffusers_version": "0.27.0", "unet": ["diffusers", "UNet2DConditionModel"], "vae": ["diffusers", "AutoencoderKL"], "safety_checker": [None, None]},
    "adapter_config.json": {"base_model_name_or_path": "org/base", "peft_type": "LORA", "r": 16, "lora_alpha": 32, "target_modules": ["q_proj", "v_proj"], "task_type": "CAUSAL_LM"},
    "modules.json": [{"idx": 0, "name": "0", "path": "", "type": "sentence_transformers.models.Transformer"}, {"idx": 1, "name": "1", "path": "1_Pooling", "type": "sentence_transformers.models.Pooling"}],
    "ds_config.json": {"zero_optimization": {"stage": 2, "offload_optimizer": {"device": "cpu"}}, "fp16": {"enabled": True}, "train_batch_size": "auto"},
    "trainer_state.json": {"best_metric": 0.9, "epoch": 3.0, "log_history": [{"loss": 1.0 / (i + 1), "step": i} for i in range(20)]},
    "package.json": {"name": "demo", "version": "1.0.0", "dependencies": {"left-pad": "1.0.0"}},
}

TEXT = {
    "hydra.yaml": "defaults:\n  - model: small\n  - _self_\nmodel:\n  _target_: torch.nn.Linear\n  in_features: 4\n  out_features: 2\noptimizer:\n  _target_: torch.optim.AdamW\n  lr: 0.001\n",
    "train.yaml": "seed: 7\ntrainer:\n  max_epochs: 10\n  devices: [0, 1]\ndata: &data\n  path: data/train.csv\n  batch: 32\nvalid:\n  <<: *data\n  batch: 64\n",
    "MLmodel": "artifact_path: model\nflavors:\n  python_function:\n    env:\n      conda: conda.yaml\n    loader_module: mlflow.sklearn\n    model_path: model.pkl\n    python_version: 3.11.2\n  sklearn:\n    pickled_model: model.pkl\n    serialization_format: cloudpickle\n    sklearn_version: 1.4.2\nmlflow_version: 2.12.1\nmodel_uuid: 5b2f5f0f7a1e4a7c9f5f5c7a9e0c1d2b\n",
    "conda.yaml": "channels:\n- conda-forge\ndependencies:\n- python=3.11.2\n- pip\n- pip:\n  - scikit-learn==1.4.2\nname: mlflow-env\n",
    "hparams.yaml": "lr: 0.001\nhidden: 128\nname: baseline\nbetas:\n- 0.9\n- 0.999\n",
    "dvc.yaml": "stages:\n  train:\n    cmd: python train.py\n    deps:\n    - data\n    outs:\n    - model.pkl\n",
    "docker-compose.yml": "services:\n  api:\n    image: python:3.11\n    ports: ['8000:8000']\n",
    "pyproject.toml": "[project]\nname = 'demo'\nversion = '0.1.0'\ndependencies = ['torch>=2', 'numpy']\n\n[tool.ruff]\nline-length = 120\n",
    "setup.cfg": "[metadata]\nname = demo\n\n[options]\ninstall_requires = numpy\n",
    "chat_template.jinja": "{%- if tools %}{{ '<tools>' + tools | tojson + '</tools>' }}{%- endif %}{% for m in messages %}{% if (m['role'] == 'user') != (loop.index0 % 2 == 0) %}{{ raise_exception('roles must alternate') }}{% endif %}{{ '[INST] ' + m['content'].strip() + ' [/INST]' }}{% endfor %}",
    "adapter.toml": "[adapter]\nrank = 8\nalpha = 16.0\n",
}


def produce(zoo: Any) -> None:
    for name, value in JSON.items():
        zoo.json(PRODUCER, name, value)
    for name, value in TEXT.items():
        zoo.text(PRODUCER, name, value)
