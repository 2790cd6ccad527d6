"""Folders that training frameworks write: Hugging Face models and tokenizers, Lightning checkpoints."""

from __future__ import annotations

import os
from typing import Any

PRODUCER = "trainers"

CORPUS = ["the quick brown fox jumps over the lazy dog", "pack my box with five dozen jugs", "hello world, how are you?"] * 5
CHAT_TEMPLATE = (
    "{% for message in messages %}{% if loop.first and message['role'] != 'system' %}"
    "{{ '<|im_start|>system\\nYou are a helpful assistant.<|im_end|>\\n' }}{% endif %}"
    "{{ '<|im_start|>' + message['role'] + '\\n' + message['content'] | trim + '<|im_end|>\\n' }}{% endfor %}"
    "{% if add_generation_prompt %}{{ '<|im_start|>assistant\\n' }}{% endif %}"
)
SMALL = {
    "hidden_size": 16, "intermediate_size": 32, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 2, "vocab_size": 64, "max_position_embeddings": 32,
}


def produce(zoo: Any) -> None:
    os.environ.setdefault("HF_HUB_OFFLINE", "1")
    for part in (tokenizers_files, transformers_configs, transformers_models, trainer_folder, lightning_checkpoints):
        try:
            part(zoo)
        except ImportError as error:
            zoo.skip(part.__name__, f"not installed: {error.name}")
        except Exception as error:  # noqa: BLE001 -- versions differ in what they accept
            zoo.skip(part.__name__, f"{type(error).__name__}: {error}")


def tokenizers_files(zoo: Any) -> None:
    tk = zoo.use("tokenizers")
    kinds = {
        "bpe": (tk.models.BPE(unk_token="[UNK]"), tk.trainers.BpeTrainer(vocab_size=200, special_tokens=["[UNK]", "<s>", "</s>"])),
        "wordpiece": (tk.models.WordPiece(unk_token="[UNK]"), tk.trainers.WordPieceTrainer(vocab_size=200, special_tokens=["[UNK]", "[CLS]", "[SEP]"])),
        "unigram": (tk.models.Unigram(), tk.trainers.UnigramTrainer(vocab_size=100, special_tokens=["<unk>"], unk_token="<unk>")),
        "word_level": (tk.models.WordLevel(unk_token="[UNK]"), tk.trainers.WordLevelTrainer(special_tokens=["[UNK]"])),
    }
    for name, (model, trainer) in kinds.items():
        tokenizer = tk.Tokenizer(model)
        tokenizer.pre_tokenizer = tk.pre_tokenizers.ByteLevel() if name == "bpe" else tk.pre_tokenizers.Whitespace()
        tokenizer.train_from_iterator(CORPUS, trainer)
        zoo.make(PRODUCER, f"tokenizer_{name}/tokenizer.json", lambda path, t=tokenizer: t.save(str(path)))
    zoo.json(PRODUCER, "tokenizer_bpe/tokenizer_config.json", {"tokenizer_class": "PreTrainedTokenizerFast", "chat_template": CHAT_TEMPLATE, "bos_token": "<s>", "model_max_length": 2048})
    zoo.text(PRODUCER, "tokenizer_bpe/chat_template.jinja", CHAT_TEMPLATE)


def transformers_configs(zoo: Any) -> None:
    transformers = zoo.use("transformers")
    from transformers.models.auto.configuration_auto import CONFIG_MAPPING

    for name in list(CONFIG_MAPPING.keys())[:400]:
        zoo.make(PRODUCER, f"configs/{name}", lambda path, n=name: CONFIG_MAPPING[n]().save_pretrained(path))
    zoo.make(PRODUCER, "configs/generation", lambda path: transformers.GenerationConfig(max_length=64, do_sample=True).save_pretrained(path))


def transformers_models(zoo: Any) -> None:
    transformers = zoo.use("transformers")
    torch = zoo.use("torch")
    torch.manual_seed(7)
    for name in ("Llama", "Bert", "Mistral", "Qwen2", "Roberta", "GPTNeoX"):
        config = getattr(transformers, f"{name}Config")(**SMALL)
        model = transformers.AutoModel.from_config(config)
        zoo.make(PRODUCER, f"model_{name}", lambda path, m=model: m.save_pretrained(path))
        zoo.make(PRODUCER, f"model_{name}/pytorch_model.bin", lambda path, m=model: torch.save(m.state_dict(), path))
        zoo.make(PRODUCER, f"model_{name}_sharded", lambda path, m=model: m.save_pretrained(path, max_shard_size="8KB"))


def trainer_folder(zoo: Any) -> None:
    """What a checkpoint folder holds beside the weights; `training_args.bin` is a pickled object."""
    transformers = zoo.use("transformers")
    torch = zoo.use("torch")
    import numpy as np
    import random

    zoo.make(PRODUCER, "checkpoint-500/training_args.bin", lambda path: torch.save(transformers.TrainingArguments(output_dir="out", report_to=[]), path))
    model = torch.nn.Linear(2, 2)
    optimizer = torch.optim.AdamW(model.parameters())
    scheduler = torch.optim.lr_scheduler.LambdaLR(optimizer, lambda step: 1.0)
    zoo.make(PRODUCER, "checkpoint-500/optimizer.pt", lambda path: torch.save(optimizer.state_dict(), path))
    zoo.make(PRODUCER, "checkpoint-500/scheduler.pt", lambda path: torch.save(scheduler.state_dict(), path))
    rng = {"python": random.getstate(), "numpy": np.random.get_state(), "cpu": torch.random.get_rng_state()}
    zoo.make(PRODUCER, "checkpoint-500/rng_state.pth", lambda path: torch.save(rng, path))
    zoo.json(PRODUCER, "checkpoint-500/trainer_state.json", {"epoch": 1.0, "global_step": 500, "log_history": [{"loss": 0.5, "step": 100}], "is_world_process_zero": True})


def lightning_checkpoints(zoo: Any) -> None:
    pl = zoo.use("pytorch_lightning")
    torch = zoo.use("torch")

    class Tiny(pl.LightningModule):
        def __init__(self, hidden: int = 3, lr: float = 0.1) -> None:
            super().__init__()
            self.save_hyperparameters()
            self.layer = torch.nn.Linear(2, 1)

        def training_step(self, batch: Any, _index: int) -> Any:
            return self.layer(batch[0]).sum()

        def configure_optimizers(self) -> Any:
            return torch.optim.Adam(self.parameters(), lr=self.hparams["lr"])

    data = torch.utils.data.DataLoader(torch.utils.data.TensorDataset(torch.zeros(8, 2)), batch_size=4)
    with __import__("tempfile").TemporaryDirectory() as scratch:
        trainer = pl.Trainer(max_epochs=1, accelerator="cpu", logger=False, enable_progress_bar=False, enable_model_summary=False, default_root_dir=scratch)
        trainer.fit(Tiny(), data)
        zoo.make(PRODUCER, "lightning.ckpt", lambda path: trainer.save_checkpoint(path))
        zoo.make(PRODUCER, "lightning_weights_only.ckpt", lambda path: trainer.save_checkpoint(path, weights_only=True))
