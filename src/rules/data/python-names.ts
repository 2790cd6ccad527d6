/** What Python names do, by dotted path. Deny tables grade and explain; what is not in the allow tables is never proven. */

const words = (text: string): readonly string[] => text.trim().split(/\s+/);

/** Turn text into running code. */
export const executors: ReadonlySet<string> = new Set(
  words(`exec eval builtins.exec builtins.eval execfile types.FunctionType types.LambdaType runpy.run_path runpy.run_module code.interact
  code.InteractiveInterpreter code.InteractiveConsole timeit.timeit timeit.repeat cProfile.run cProfile.runctx profile.run pdb.run pdb.runeval
  numpy.testing.runstring pandas.eval numexpr.evaluate IPython.get_ipython.run_cell`),
);

/** Make code objects out of text or bytes. */
export const compilers: ReadonlySet<string> = new Set(
  words('compile builtins.compile types.CodeType marshal.loads marshal.load codeop.compile_command'),
);

/** Start programs of the operating system. A trailing `.` stands for everything below. */
export const commands: readonly string[] =
  words(`os.system os.popen os.popen2 os.popen3 os.popen4 os.startfile os.execl os.execle os.execlp
  os.execlpe os.execv os.execve os.execvp os.execvpe os.spawnl os.spawnle os.spawnlp os.spawnlpe os.spawnv os.spawnve os.spawnvp os.spawnvpe
  os.posix_spawn os.posix_spawnp os.fork os.forkpty posix.system posix.popen posix.execv posix.execve nt.system subprocess. pty.spawn pty.fork
  commands.getoutput commands.getstatusoutput popen2. asyncio.create_subprocess_exec asyncio.create_subprocess_shell asyncio.subprocess. platform.popen
  pexpect. sh. plumbum. fabric. invoke.run distutils.spawn.spawn numpy.distutils.exec_command.exec_command _posixsubprocess.fork_exec
  multiprocessing.util.spawnv_passfds pydoc.pipepager pydoc.tempfilepager webbrowser.open torch.utils.collect_env.run
  torch.utils.cpp_extension._run_ninja_build pip.main pip._internal. ensurepip.bootstrap`);

/** Send data, or let others in. */
export const senders: readonly string[] =
  words(`socket.socket socket.create_connection socket.create_server socketserver. smtplib. ftplib. telnetlib. poplib.
  imaplib. nntplib. xmlrpc. http.server. http.client. requests.post requests.put requests.patch requests.delete requests.request requests.Session requests.session
  httpx.post httpx.put httpx.patch httpx.request httpx.Client httpx.AsyncClient aiohttp. urllib3. paramiko. websocket. websockets. asyncio.open_connection
  asyncio.start_server ssl.wrap_socket pycurl. boto3. scp. asyncssh. dns. discord. telegram. slack_sdk. zmq. grpc. torch.distributed.rpc. multiprocessing.connection.
  socket.gethostbyname socket.getaddrinfo`);

/** Fetch from an address. */
export const fetchers: readonly string[] =
  words(`requests.get requests.head urllib.request. urllib.urlopen urllib.urlretrieve urllib2. httpx.get httpx.stream wget.download gdown.
  torch.hub.download_url_to_file torch.hub.load_state_dict_from_url torch.utils.model_zoo. torchvision.datasets.utils.download_url
  tensorflow.keras.utils.get_file keras.utils.get_file`);

/** Download code and run it. */
export const remoteCode: readonly string[] = words(
  'torch.hub.load transformers.dynamic_module_utils. huggingface_hub.Repository datasets.load_dataset_builder kernels.get_kernel',
);

/** Read a format that can run code when it is read. */
export const unsafeLoaders: readonly string[] =
  words(`pickle.load pickle.loads pickle.Unpickler _pickle.load _pickle.loads cPickle.load cPickle.loads dill.load dill.loads
  cloudpickle.load cloudpickle.loads shelve.open joblib.load jsonpickle.decode pandas.read_pickle torch.jit.load torch.package. yaml.unsafe_load yaml.full_load
  yaml.UnsafeLoader yaml.FullLoader torch.serialization._legacy_load keras.models.load_model tensorflow.keras.models.load_model tensorflow.saved_model.load`);

/** Load machine code, or build it. */
export const nativeLoaders: readonly string[] =
  words(`ctypes. cffi. torch.utils.cpp_extension.load torch.utils.cpp_extension.load_inline torch.ops.load_library
  torch.classes.load_library numpy.ctypeslib.load_library tensorflow.load_op_library tensorflow.load_library cppyy. torch._inductor.codecache. numpy.f2py. pyximport. numba.cfunc
  triton.runtime.build. cupy.RawModule cupy.RawKernel pycuda.`);

/** Bring in modules by name. */
export const importers: ReadonlySet<string> = new Set(
  words(`__import__ builtins.__import__ importlib.import_module importlib.__import__ importlib.reload importlib.util.spec_from_file_location
  importlib.util.module_from_spec importlib.machinery.SourceFileLoader importlib.machinery.ExtensionFileLoader importlib.machinery.SourcelessFileLoader
  imp.load_source imp.load_module imp.load_dynamic imp.load_compiled pkgutil.get_loader zipimport.zipimporter pydoc.locate pydoc.importfile pkgutil.resolve_name
  hydra.utils.instantiate hydra.utils.get_class hydra.utils.get_method`),
);

/** Undo an encoding; feeding the outcome to an executor is how droppers hide. */
export const decoders: readonly string[] =
  words(`base64. binascii. codecs.decode zlib.decompress zlib.decompressobj bz2.decompress lzma.decompress gzip.decompress marshal.loads
  bytes.fromhex bytearray.fromhex pickle.loads cryptography. Crypto. Cryptodome. nacl. rot13 brotli.decompress zstandard.`);

/** Change or remove files. */
export const fileChangers: readonly string[] =
  words(`os.remove os.unlink os.rename os.replace os.rmdir os.removedirs os.chmod os.chown os.link os.symlink os.truncate shutil.rmtree shutil.move
  os.kill os.killpg os.putenv os.setuid os.chroot`);

/** Where secrets are kept: names of variables and parts of paths. */
export const secretMarks: RegExp =
  /(?:_|^)(?:TOKEN|SECRET|PASSWORD|PASSWD|API_?KEY|ACCESS_KEY|CREDENTIALS?)(?:_|$)|\.ssh\b|\.aws\b|\.netrc|\.git-credentials|\.kube\b|id_rsa|id_ed25519|\/etc\/(?:passwd|shadow)|\.bash_history|Login Data|wallet\.dat|\.cache\/huggingface\/token|\.docker\/config/i;

/** Writing here makes something run later. */
export const startupPaths: RegExp =
  /\.(?:bashrc|bash_profile|zshrc|profile|zprofile)\b|authorized_keys|\/etc\/(?:cron|systemd|init|profile|ld\.so)|crontab|LaunchAgents|LaunchDaemons|Start Menu|\\Startup|sitecustomize|usercustomize|site-packages|\.pth\b(?=['"]?$)(?!.*(?:model|weight|checkpoint|ckpt))|CurrentVersion\\Run|\.config\/autostart/i;

/** Modules whose names, found below another module, mean the same as at the top (`torch.os.system`). */
export const launderedModules: ReadonlySet<string> = new Set(
  words(
    'os sys subprocess builtins posix nt shutil pickle marshal ctypes socket pty runpy importlib imp code _posixsubprocess',
  ),
);

/** Attributes of objects that lead to the interpreter's internals, and how bad it is to read them. */
export const gadgetDunders: ReadonlyMap<string, 'high' | 'medium' | 'low'> = new Map([
  ...words(
    '__globals__ __builtins__ __subclasses__ __import__ __loader__ __reduce__ __reduce_ex__ __closure__ __getattribute__',
  ).map((name) => [name, 'high'] as const),
  ...words('__bases__ __base__ __code__ __spec__ __kwdefaults__ __defaults__').map((name) => [name, 'low'] as const),
  ...words('f_globals f_builtins f_back gi_frame cr_frame tb_frame func_globals').map(
    (name) => [name, 'medium'] as const,
  ),
]);

/** Standard modules that can be used in any way without running or reaching anything. */
export const harmlessStandard: ReadonlySet<string> = new Set(
  words(`__future__ abc argparse array ast asyncio atexit base64 bisect binascii bz2 calendar cmath collections codecs colorsys concurrent configparser contextlib contextvars copy copyreg csv
  dataclasses datetime decimal difflib dis enum errno faulthandler filecmp fnmatch fractions functools gc getpass gettext glob graphlib gzip hashlib heapq hmac html imghdr importlib inspect io itertools
  json keyword linecache locale logging lzma math mimetypes multiprocessing ntpath numbers opcode operator os pathlib pkgutil platform posixpath pprint queue quopri random re
  reprlib resource sched secrets select selectors shlex shutil signal site sndhdr sqlite3 stat statistics string stringprep struct symtable sys sysconfig tarfile tempfile
  textwrap threading time timeit token tokenize tomllib trace traceback tracemalloc types typing unicodedata unittest urllib uuid warnings wave weakref xml zipfile zlib zoneinfo cProfile pstats doctest`),
);

/** Standard modules judged by what is called in them. */
export const judgedStandard: ReadonlySet<string> = new Set(
  words(`subprocess pickle _pickle marshal ctypes socket socketserver ssl http smtplib ftplib telnetlib poplib imaplib nntplib xmlrpc pty runpy code codeop imp zipimport builtins webbrowser
  shelve pdb profile pydoc posix nt _posixsubprocess commands popen2 urllib2 ensurepip`),
);

/** Packages that model code is made of. Their dangerous functions are in the tables above. */
export const knownPackages: ReadonlySet<string> = new Set(
  words(`torch torchvision torchaudio torchtext torchmetrics torchdiffeq torchao torch_xla torch_npu torch_scatter torch_sparse torch_geometric torchtune transformers tokenizers safetensors huggingface_hub
  accelerate peft diffusers datasets evaluate optimum bitsandbytes trl sentence_transformers setfit timm open_clip clip einops einops_exts rotary_embedding_torch xformers flash_attn flash_attn_interface
  flash_attn_2_cuda flash_mla fla mamba_ssm causal_conv1d triton deepspeed apex megatron transformer_engine fairscale fairseq colossalai liger_kernel vllm sglang numpy scipy pandas sklearn matplotlib
  seaborn plotly PIL cv2 skimage imageio decord av librosa soundfile sounddevice resampy pydub audioread torchcodec moviepy tqdm packaging yaml omegaconf hydra regex sentencepiece tiktoken sacremoses
  jieba ftfy emoji num2words unidecode inflect pypinyin opencc fugashi ipadic unidic konlpy pythainlp underthesea nltk spacy stanza langdetect phonemizer g2p_en pyopenjtalk protobuf google absl ml_collections
  typing_extensions attr attrs pydantic dataclasses_json filelock fsspec requests httpx aiohttp urllib3 psutil pynvml GPUtil cupy numba jax jaxlib flax optax haiku orbax chex jaxtyping beartype equinox tensorflow
  tensorflow_probability tensorflow_text tensorflow_hub keras tf_keras keras_nlp keras_hub keras_cv onnx onnxruntime onnxscript openvino tensorrt coremltools mlx mlx_lm gguf lightning pytorch_lightning lightning_fabric
  lightning_utilities wandb tensorboard tensorboardX mlflow comet_ml clearml rich termcolor colorama loguru click fire typer joblib dill cloudpickle h5py pyarrow polars faiss annoy hnswlib networkx igraph
  shapely trimesh open3d pytorch3d rdkit Bio biopython esm openfold dgl ase e3nn mmcv mmengine mmdet mmseg mmpretrain detectron2 segment_anything sam2 ultralytics supervision albumentations kornia
  groundingdino gradio streamlit fastapi uvicorn starlette flask pytest mock setuptools natten spconv MinkowskiEngine pytorch_wavelets sympy lpips pycocotools pyctcdecode kenlm nemo nemo_toolkit espnet espnet2 speechbrain
  whisper faster_whisper s3prl pyannote asteroid audiocraft encodec vocos descript dac bigvgan vector_quantize_pytorch lion_pytorch schedulefree sophia galore_torch autoawq awq auto_gptq gptqmodel hqq quanto
  eetq aqlm compressed_tensors llmcompressor modelopt nncf neural_compressor intel_extension_for_pytorch habana_frameworks dotenv requests_toolbelt bs4 lxml markdown docx pptx openpyxl PyPDF2 pypdf fitz pdf2image
  pytesseract easyocr paddle paddleocr paddlenlp qwen_vl_utils qwen_omni_utils mistral_common tree_sitter ale_py gym gymnasium stable_baselines3 minigrid mujoco lerobot dm_control tensordict torchrl ray cython kernels six
  future pytz dateutil arrow humanize tabulate prettytable more_itertools toolz cachetools diskcache xxhash zstandard lz4 msgpack ujson orjson simplejson jsonlines jsonschema jinja2 markupsafe mako pyparsing ctranslate2
  llama_cpp exllamav2 rwkv uni2ts chronos gluonts lightgbm xgboost catboost statsmodels shap captum lime alibi umap hdbscan imblearn optuna sentence_splitter pysbd rouge_score sacrebleu bert_score jiwer pyworld parselmouth
  webrtcvad noisereduce pesq pystoi mir_eval museval demucs spleeter music21 pretty_midi mido basic_pitch timesfm momentfm esm2 natsort smart_open iopath fvcore yacs addict terminaltables cachetools blobfile ninja pybind11 soynlp nagisa rhoknp sudachipy rjieba xlstm mambapy unidic_lite Levenshtein uroman Mykytea`),
);

/** Attributes of `os` and `sys` that only tell or arrange harmless things. */
export const harmlessSystem: ReadonlySet<string> = new Set(
  words(`os.path os.environ os.getenv os.makedirs os.mkdir os.listdir os.walk os.getcwd os.sep os.cpu_count os.PathLike os.fspath os.linesep os.name os.scandir os.stat os.urandom os.getpid os.pathsep
  os.extsep os.devnull os.curdir os.pardir os.altsep os.error os.access os.R_OK os.W_OK os.F_OK os.X_OK os.uname os.getppid os.sched_getaffinity os.get_terminal_size os.lstat os.readlink os.chdir os.utime os.fsync os.DirEntry
  os.close os.fdopen os.open os.write os.read os.getuid os.getlogin os.isatty os.dup os.dup2 os.O_RDONLY os.O_WRONLY os.O_CREAT os.umask os.path_sep os.times os.getloadavg os.umask os.environb os.SEEK_SET os.SEEK_END
  os.register_at_fork os._exit os.abort os.nice os.cpu_count os.strerror os.waitpid os.wait os.WNOHANG os.ftruncate os.pipe os.set_inheritable os.truncate os.unsetenv os.statvfs os.get_exec_path os.renames`),
);

/** TorchScript operators that touch files, the network or other processes (CVE-2025-32434 and its kin). */
export const torchscriptEffects: readonly string[] =
  words(`torch.save torch.load torch.from_file torch._C. torch.jit. torch.hub. torch.package. torch.distributed. torch.ops.load_library ops.aten.from_file ops.aten.save ops.aten.load
  torch.ops.aten.from_file torch.ops.aten.save torch.serialization. torch.load_library ops.rpc. torch.ops.rpc. ops.profiler. ops.inductor. ops.dist. ops._c10d_functional. ops.c10d. ops.symm_mem. torch.rpc. ops.prim.rpc_async
  ops.prim.rpc_sync ops.prim.rpc_remote torch.rpc_async torch.rpc_sync torch.rpc_remote torch.classes.load_library torch.sys. torch.os. torch.manual_seed_all_file ops.aten.__python_op ops.prim.PythonOp ops.static_runtime.`);

/** Namespaces of TorchScript operators and classes that ship with torch and its companions, and only compute. */
export const torchscriptNamespaces: ReadonlySet<string> = new Set(
  words(
    'aten prim quantized quantized_decomposed mkldnn mkldnn_prepacked prepacked xnnpack metal metal_prepack vulkan vulkan_prepack _quantized onednn torchvision torchaudio torchtext sparse fbgemm image video cuda nnapi tensorrt tensorexpr fb',
  ),
);
