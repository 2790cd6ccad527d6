import { BufferSource } from '../../bytes/source.ts';
import { scanSource } from '../../scan/scan-source.ts';
import { describe, expect, test } from 'vitest';
import { judgeTarget } from './target.ts';

const policy = { allowedTargetRoots: new Set(['acme']) };

describe('judgeTarget', () => {
  // What hydra-core 1.3.5 let through (GHSA-37p2-j732-x8pj), and its block-list itself.
  test.each([
    'builtins.exec',
    'builtins.eval',
    'builtins.getattr',
    'builtins.open',
    'os.system',
    'posix.system',
    'nt.system',
    'subprocess.run',
    'timeit.timeit',
    'cProfile.run',
    'pickle.loads',
    'types.FunctionType',
    'asyncio.create_subprocess_shell',
    '_posixsubprocess.fork_exec',
    'pydoc.pipepager',
    'os._exit',
    'urllib.request.urlretrieve',
    'shutil.os.system',
    'webbrowser.subprocess.run',
    'pdb.Pdb._getval',
    "'os.system'",
    "u'os' '.system'",
    String.raw`'os\N{FULL STOP}system'`,
    ' os.system ',
    'os:system',
    'torch.utils.cpp_extension.load_inline',
    'operator.methodcaller',
    'runpy.run_path',
    'eval',
    '__import__',
    'pip.main',
  ])('%s runs code', (name) => {
    expect(judgeTarget(name, policy).kind).toBe('runs-code');
  });

  test.each([
    'nemo.core.classes.common.os.system',
    'uni2ts.distribution._base.torch.os.system',
    'omegaconf.base.sys.modules',
    'acme.x.subprocess.run',
    'torch.nn.Module.__init__.__globals__',
    'ldm.util.importlib.import_module',
    'numpy.core._methods.pickle.loads',
    'enum.bltns.eval',
    'logging.os.system',
    'random._os.system',
  ])('%s is an alias', (name) => {
    expect(judgeTarget(name, policy).kind).toBe('alias');
  });

  test.each([
    'logging.FileHandler',
    'torch.load',
    'dataclasses._create_fn',
    'keras.models.load_model',
    'hydra.utils.instantiate',
    'hydra.utils.get_method',
    'omegaconf.OmegaConf.load',
    'torch.hub.load',
    'torch.jit.load',
    'nemo.core.classes.common.import_class_by_path',
  ])('%s reaches out', (name) => {
    expect(judgeTarget(name, policy).kind).toBe('reaches-out');
  });

  test.each([
    'nemo.utils.logging',
    'torch.signal.windows.hann',
    'torch.random.fork_rng',
    'torchvision.io.read_image',
    'pathlib.Path',
    'builtins.dict',
    'acme.models.Net',
    'pyannote.audio.pipelines.SpeakerDiarization',
    'transformers.AutoModel.from_pretrained',
    'monai.data.utils.list_data_collate',
    'nemo.collections.common.tokenizers.sentencepiece_tokenizer.code',
  ])('%s is trusted', (name) => {
    expect(judgeTarget(name, policy).kind).toBe('trusted');
  });

  test.each([
    ['src.models.Net', 'unknown'],
    ['UNet', 'bare'],
    ['${model.class}', 'interpolated'],
    ['a sentence. Another', 'no-name'],
    ['', 'no-name'],
    ['x'.repeat(1000), 'no-name'],
  ])('%s is %s', (name, kind) => {
    expect(judgeTarget(name, policy).kind).toBe(kind);
  });
});

test('a map of very many targets is judged in bounded time', () => {
  const entries = Array.from({ length: 100_000 }, (_, i) => `"_target_":"torch.nn.Linear${i}"`);
  const started = performance.now();
  scanSource(new BufferSource(new TextEncoder().encode(`{${entries.join(',')}}`)), 'config.json');
  expect(performance.now() - started).toBeLessThan(10_000);
});
