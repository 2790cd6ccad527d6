/**
 * Names that a hostile pickle reaches for, grouped by what they do. They raise a finding's severity and explain it;
 * a name that is missing here is still not allowed.
 *
 * `module.*` covers a module and all below it; `module:name` one name, and any dotted name that starts with it.
 * Names come from public advisories (GHSA, CVE ids beside them), from published scanners' tests, and from reading
 * the libraries; the words are ours.
 */

const dangerCategories = [
  'code-execution',
  'process',
  'file-write',
  'file-read',
  'network',
  'import-machinery',
  'native-code',
  'second-stage-loader',
  'attribute-access',
  'functional-gadget',
  'introspection',
  'interpreter-state',
  'scanner-tampering',
] as const;

export type DangerCategory = (typeof dangerCategories)[number];

export interface DangerGroup {
  readonly category: DangerCategory;
  /** Completes "… because it …". */
  readonly why: string;
  readonly names: string;
  readonly advisories?: Readonly<Record<string, readonly string[]>>;
}

export const dangerGroups: readonly DangerGroup[] = [
  {
    category: 'code-execution',
    why: 'runs Python source or code objects',
    names: `builtins:eval builtins:exec builtins:compile builtins:execfile builtins:apply builtins:breakpoint builtins:input builtins:raw_input
      __builtins__:eval __builtins__:exec __builtins__:compile builtins:__build_class__ code.* codeop.* runpy.* timeit.* cProfile.* profile.* _lsprof.* trace.* pdb.* bdb.* doctest.*
      pstats.* py_compile.* compileall.* idlelib.* lib2to3.* turtledemo.* test.* unittest.* _pyrepl.* rlcompleter.* symtable.*
      _interpreters.* _xxsubinterpreters.* _xxinterpchannels.* _interpqueues.* concurrent.interpreters.* sched.* atexit.*
      dataclasses:_create_fn dataclasses:_FuncBuilder typing:_eval_type typing:get_type_hints
      annotationlib.* enum:_make_class_unpicklable gettext:c2py logging.config.* mailcap:findmatch warnings:_getaction
      numpy.testing.* numpy.f2py.* numpy.distutils.* numpy.core._internal:_dtype_from_pep3118 numpy.lib._utils_impl:safe_eval numpy.lib.utils:safe_eval numpy.ctypeslib.*
      numexpr.* pandas.core.computation.* pandas:eval pandas.core.frame:DataFrame.eval pandas.core.frame:DataFrame.query sympy.core.sympify:sympify sympy.parsing.* sympy.utilities.lambdify.*
      torch._dynamo.* torch._inductor.* torch.fx.experimental.* torch.fx.graph_module:reduce_graph_module torch.fx.graph_module:reduce_package_graph_module torch.fx.graph_module:reduce_deploy_graph_module torch.fx.graph_module:_exec_with_source
      torch.fx.graph_module:_forward_from_src torch.fx._lazy_graph_module.* torch.jit.unsupported_tensor_ops.*
      torch.utils.bottleneck.* torch.utils._config_module.* torch.distributed.rpc.* torch.distributed.nn.* torch.distributed.elastic.* torch.distributed.launcher.* torch.package.* torch._functorch.*
      torch._weights_only_unpickler.* torch.library.* torch.compiler.* torch:compile
      jinja2.* mako.* chameleon.* genshi.* ipykernel.* jupyter_client.* nbconvert.* cython.* Cython.* pyximport.*
      scipy._lib._bunch:_make_tuple_bunch scipy.optimize._nonlin:_nonlin_wrapper scipy.weave.*
      IPython.* werkzeug.debug.* flask.cli.* asteval.* RestrictedPython.* simpleeval.*
      tkinter.* _tkinter.* turtle.* Tkinter.* tensorflow.python.ops.script_ops.* keras.layers.core.lambda_layer.* keras.src.layers.core.lambda_layer.* keras.src.saving.* tensorflow.python.keras.*`,
    advisories: {
      'code:InteractiveInterpreter': ['GHSA-cj3c-v495-4xqh'],
      'trace:Trace.run': ['GHSA-5qwp-399c-mjwf'],
      'trace:Trace.runctx': ['GHSA-g344-hcph-8vgg'],
      'profile:Profile.run': ['GHSA-x696-vm39-cp64'],
      'profile:Profile.runctx': ['GHSA-6vqj-c2q5-j97w'],
      'profile:run': ['GHSA-7wx9-6375-f5wh'],
      'cProfile:run': ['GHSA-49gj-c84q-6qm9', 'GHSA-p523-jq9w-64x9'],
      'cProfile:runctx': ['GHSA-9w88-8rmg-7g2p'],
      'doctest:debug_script': ['GHSA-fqq6-7vqf-w3fg'],
      'runpy.*': ['GHSA-wfq2-52f7-7qvj', 'GHSA-q5qq-mvfm-j35x'],
      'idlelib.debugobj:ObjectTreeItem.SetText': ['GHSA-3vg9-h568-4w9m'],
      'idlelib.autocomplete:AutoComplete.get_entity': ['GHSA-6w4w-5w54-rjvr'],
      'idlelib.autocomplete:AutoComplete.fetch_completions': ['GHSA-7cq8-mj8x-j263'],
      'idlelib.calltip:Calltip.fetch_tip': ['GHSA-8r4j-24qv-fmq9'],
      'idlelib.calltip:get_entity': ['GHSA-9xph-j2h6-g47v'],
      'idlelib.run:Executive.runcode': ['GHSA-m869-42cg-3xwr'],
      'idlelib.pyshell:ModifiedInterpreter.runcommand': ['GHSA-j343-8v2j-ff7w'],
      'idlelib.pyshell:ModifiedInterpreter.runcode': ['GHSA-3gf5-cxq9-w223'],
      'lib2to3.pgen2.grammar:Grammar.loads': ['GHSA-f54q-57x4-jg88'],
      'lib2to3.pgen2.pgen:ParserGenerator.make_label': ['GHSA-p9w7-82w4-7q8m'],
      'numpy.f2py.*': ['GHSA-r8g5-cgf2-4m4m'],
      'torch._dynamo.guards:GuardBuilder.get': ['GHSA-86cj-95qr-2p4f'],
      'torch.fx.experimental.symbolic_shapes:ShapeEnv.evaluate_guards_expression': ['GHSA-f4x7-rfwp-v3xw'],
      'torch.jit.unsupported_tensor_ops:execWrapper': ['GHSA-vr7h-p6mm-wpmh'],
      'torch.utils.bottleneck.__main__:run_cprofile': ['GHSA-4r9r-ch6f-vxmx'],
      'torch.utils.bottleneck.__main__:run_autograd_prof': ['GHSA-4whj-rm5r-c2v8'],
      'torch.utils._config_module:ConfigModule.load_config': ['GHSA-vv6j-3g6g-2pvj'],
      '_interpreters.*': ['GHSA-6ggj-6f2q-f7mx'],
    },
  },
  {
    category: 'process',
    why: 'starts a program',
    names: `mlflow.projects.* mlflow.recipes.* mlflow.utils.process.* ray._private.* wandb.sdk.launch.* os.* posix.* nt.* subprocess.* _posixsubprocess.* _winapi.* popen2.* commands.* pty.* platform:popen platform:_syscmd_ver platform:_syscmd_file pexpect.* ptyprocess.* plumbum.* fabric.* invoke.* envoy.* pipes.* winpty.*
      asyncio.* multiprocessing.* _multiprocessing.* concurrent.futures.* concurrent.futures.process.* webbrowser.* antigravity.* venv.* ensurepip.* pip.* setuptools.* distutils.* _distutils_hack.* pkg_resources.* virtualenv.* conda.*
      uuid:_get_command_stdout uuid:_popen uuid:_ifconfig_getnode uuid:_arp_getnode uuid:_netstat_getnode _osx_support.* _aix_support.* imaplib:IMAP4_stream pydoc.* cgitb.* mimetypes:guess_type
      ctypes.util:find_library ctypes.util:_findLib_gcc ctypes.util:_get_soname sysconfig.* cffi.setuptools_ext.* click:edit click:launch click.termui.* click._termui_impl.* typer:launch execnet.* invoke.runners.* psutil:Popen eventlet.* anyio.* trio.*
      torch.utils.collect_env.* torch.utils.cpp_extension.* torch.utils.hipify.* torch.distributed.run.* torch.multiprocessing.* torch.distributed.launch.*
      joblib.externals.* joblib._parallel_backends.* loky.* celery.* git.* dulwich.* mercurial.* nltk.internals.* nltk.parse.malt.* pyttsx3.* moviepy.* ffmpeg.* imageio_ffmpeg.* pydub.*
          accelerate.commands.* accelerate.launchers.* transformers.commands.* sklearn._build_utils.* sklearn.externals._packaging.* `,
    advisories: {
      'os.*': ['CWE-502'],
      'pip.*': ['CVE-2025-1716'],
      'pty.*': ['GHSA-r7v6-mfhq-g3m2', 'GHSA-vqmv-47xg-9wpr'],
      'asyncio.*': ['CVE-2025-10157', 'GHSA-q77w-mwjj-7mqx', 'GHSA-f7qq-56ww-84cr'],
      'multiprocessing.*': ['GHSA-q5qq-mvfm-j35x'],
      'ensurepip.*': ['GHSA-xp4f-hrf8-rxw7'],
      'uuid:_get_command_stdout': ['CVE-2026-56315', 'GHSA-g38g-8gr9-h9xp'],
      '_osx_support.*': ['CVE-2026-56315', 'GHSA-g38g-8gr9-h9xp'],
      '_aix_support.*': ['CVE-2026-56315', 'GHSA-g38g-8gr9-h9xp'],
      'imaplib:IMAP4_stream': ['CVE-2026-56315', 'GHSA-g38g-8gr9-h9xp'],
      'torch.utils.collect_env:run': ['GHSA-f745-w6jp-hpxx'],
      'torch.utils.collect_env:run_and_read_all': ['GHSA-jhph-76pp-mggw'],
      'distutils.file_util:write_file': ['GHSA-m273-6v24-x4m4'],
      'pydoc.*': ['CVE-2026-22608', 'GHSA-5hvc-6wx8-mvv4', 'GHSA-84r2-jw7c-4r5q'],
    },
  },
  {
    category: 'import-machinery',
    why: 'imports modules or finds objects by a name it is given',
    names: `pydantic.v1.utils:import_string pydantic.utils:import_string pydantic._migration:getattr_migration hydra._internal.* builtins:__import__ __builtins__:__import__ builtins:reload importlib.* _frozen_importlib.* _frozen_importlib_external.* _imp.* imp.* imputil.* ihooks.* zipimport.* zipapp.* pkgutil.* site.* sitecustomize.* usercustomize.* modulefinder.* pyclbr.* inspect:getmodule inspect:getmodulename
      six.* future.* past.* lazy_loader.* apipkg.* toolz.compatibility.* werkzeug.utils:import_string django.utils.module_loading:import_string
       pydantic.v1.utils:import_string hydra._internal.* hydra.utils:instantiate hydra.utils:call hydra.utils:get_class hydra.utils:get_method hydra.utils:get_object
      transformers.dynamic_module_utils.* transformers.utils.import_utils.* transformers.models.auto.auto_factory.* transformers.models.auto.configuration_auto.* torch._utils_internal.* torch._utils:_import_dotted_name
       torch.hub.* kornia.core.external.* diffusers.utils.dynamic_modules_utils.* spacy.util:load_model spacy.util:import_file spacy:load thinc.util:import_file
      numpy.core:_ufunc_reconstruct numpy._core:_ufunc_reconstruct stevedore.* traitlets.utils.* kombu.utils.* celery.utils.imports.* detectron2.config.instantiate.* detectron2.utils.registry.* mmengine.config.* mmcv.utils.*`,
    advisories: {
      'pkgutil:resolve_name': ['GHSA-vvpj-8cmc-gx39'],
      'importlib.*': ['GHSA-q5qq-mvfm-j35x'],
      'builtins:__import__': ['GHSA-h4rm-mm56-xf63'],
    },
  },
  {
    category: 'native-code',
    why: 'loads or calls machine code, or touches raw memory',
    names: `ctypes.* _ctypes.* _ctypes_test.* cffi.* _cffi_backend.* cppyy.* mmap.* torch.ops.* torch._ops:_Ops torch._ops:OpOverload torch._C:import_ir_module torch._classes.* torch.classes.* torch.utils.dlpack.* torch._C._dynamo.*
      tensorflow.python.framework.load_library.* tensorflow.python.ops.* cupy.* pycuda.* pyopencl.* jpype.* rpy2.* pyarrow.cffi.* _testcapi.* _testinternalcapi.* _xxtestfuzz.* dl.* readline.* nt:add_dll_directory numpy.lib.stride_tricks:as_strided numpy.lib._stride_tricks_impl:as_strided torch._C:_from_dlpack`,
    advisories: {
      'ctypes.*': ['CVE-2026-22608', 'GHSA-q5qq-mvfm-j35x', 'GHSA-5hvc-6wx8-mvv4', 'GHSA-4675-36f9-wf6r'],
    },
  },
  {
    category: 'second-stage-loader',
    why: 'loads a further pickle or archive, which may run code of its own',
    names: `transformers.pipelines:pipeline pandas.io.clipboard.* pandas.io.parsers:read_csv pandas.io.parsers.readers:read_csv pandas.io.sql:read_sql pandas.io.common:get_handle pandas.io.common:urlopen transformers.utils.hub:cached_file numba.core.serialize:loads skops.io:load onnx.external_data_helper.* pickle.* _pickle.* cPickle.* pickletools.* marshal.* shelve.* dbm.* _dbm.* _gdbm.* anydbm.* dumbdbm.* copyreg:add_extension copyreg:pickle copyreg:constructor copyreg:_extension_registry copy_reg:add_extension dill.* _dill.* cloudpickle.* jsonpickle.* hickle.* klepto.* pathos.* multiprocess.* ppft.* pickleshare.* zodbpickle.* ZODB.*
      joblib:load joblib.numpy_pickle:load joblib.numpy_pickle:NumpyUnpickler joblib.numpy_pickle:_unpickle joblib.numpy_pickle_compat.* joblib._store_backends.* joblib.numpy_pickle:load_temporary_memmap joblib.numpy_pickle:_validate_fileobject_and_memmap
      numpy:load numpy:loads numpy.lib.npyio:load numpy.lib.npyio:NpzFile numpy.lib._npyio_impl.* numpy.lib.format.* numpy.core.multiarray:fromfile numpy.core._methods:_load numpy.compat.py3k:npy_load_module numpy.DataSource.*
      pandas:read_pickle pandas.io.pickle.* pandas.compat.pickle_compat.* pandas.io.pytables.* torch:load torch.serialization:load torch.serialization:_load torch.serialization:_legacy_load torch.serialization.*
      torch.jit:load torch.jit._serialization.* torch.utils.data.datapipes.datapipe:_DataPipeSerializationWrapper torch.utils.data.datapipes.datapipe:_IterDataPipeSerializationWrapper torch.utils.data.datapipes.datapipe:_MapDataPipeSerializationWrapper
      torch.utils.data.datapipes.utils.decoder.* torch.utils.model_zoo.* torch.distributed.checkpoint.* torch.distributed._shard.checkpoint.* torch.distributed.distributed_c10d:_tensor_to_object torch._utils:_rebuild_device_tensor_from_pickle
      yaml.* ruamel.* ruamel_yaml.* keras.models:load_model keras.saving.* tensorflow.python.saved_model.* tensorflow.keras.models:load_model fastai.learner:load_learner fastai.basics:load_learner gensim.utils:SaveLoad.load gensim.utils:unpickle
      mlflow.pyfunc.* mlflow.sklearn.* mlflow.recipes.* onnx:load lightgbm.basic:Booster.model_from_string xgboost.core:Booster.load_model catboost.core:CatBoost.load_model transformers:pipeline safetensors.torch:load_file
      statsmodels.iolib.smpickle.* statsmodels:load nltk.data:load sentence_transformers:SentenceTransformer ultralytics:YOLO ultralytics.nn.tasks:torch_safe_load ultralytics.nn.tasks:attempt_load_weights ultralytics.nn.tasks:attempt_load_one_weight whisper:load_model clip:load
      pyarrow:deserialize pyarrow.serialization.* pyarrow:PyExtensionType dask.base.* sqlalchemy.ext.serializer.* sqlalchemy:PickleType django.core.signing:loads django.contrib.sessions.serializers:PickleSerializer celery.utils.serialization.* kombu.serialization.* lmdb.* flask_caching.* lib2to3.pgen2.driver:load_grammar`,
    advisories: {
      'pickle.*': ['CWE-502'],
      'torch.utils.data.datapipes.utils.decoder:basichandlers': ['GHSA-h3qp-7fh3-f8h4'],
      'torch:load': ['CVE-2025-32434', 'CVE-2026-24747'],
      'marshal.*': ['GHSA-565g-hwwr-4pp3'],
    },
  },
  {
    category: 'file-write',
    why: 'writes, moves or deletes files',
    names: `builtins:open __builtins__:open io:open io:open_code io:FileIO _io:open _io:open_code _io:FileIO _io.* _pyio.* codecs:open codecs:EncodedFile shutil.* tempfile.* pathlib:Path.write_text pathlib:Path.write_bytes pathlib:Path.open pathlib:Path.touch pathlib:Path.mkdir pathlib:Path.unlink pathlib:Path.rmdir pathlib:Path.rename pathlib:Path.replace pathlib:Path.symlink_to pathlib:Path.hardlink_to pathlib:Path.chmod
      pathlib:PosixPath.write_text pathlib:PosixPath.write_bytes pathlib:PosixPath.touch pathlib:PosixPath.unlink pathlib:PosixPath.open fileinput.* logging:FileHandler logging:StreamHandler logging.handlers.* logging:basicConfig logging:Handler logging:Filterer logging:LoggerAdapter csv:writer _csv:writer zipfile.* tarfile.* gzip.* bz2.* lzma.* _lzma.* _bz2.*
      sqlite3.* _sqlite3.* syslog.* faulthandler.* tracemalloc.* filecmp.* distlib.* dotenv.* tomlkit.* toml:dump json:dump
      numpy:save numpy:savez numpy:savetxt numpy:memmap numpy.core.memmap:memmap numpy._core.memmap:memmap numpy:fromfile numpy:tofile numpy.lib.npyio.* pandas.core.generic:NDFrame.to_csv pandas.core.generic:NDFrame.to_pickle pandas.core.frame:DataFrame.to_csv torch:save torch:from_file torch.utils.tensorboard.* tensorboardX.* matplotlib.pyplot:savefig scipy.misc.* joblib:dump joblib.numpy_pickle:dump joblib.disk.* sklearn.datasets._svmlight_format_io.* PIL.Image:open cv2:imwrite imageio:imwrite`,
  },
  {
    category: 'file-read',
    why: 'reads files, which a later step can send away',
    names: `linecache.* glob.* genericpath.* posixpath.* ntpath.* macpath.* nturl2path.* pwd.* spwd.* grp.* crypt.* getpass.* keyring.* netrc:netrc tabnanny.* difflib:HtmlDiff.make_file inspect:getsource inspect:getsourcelines inspect:findsource
      numpy:loadtxt numpy:genfromtxt numpy:fromregex numpy:recfromcsv pandas:read_csv pandas:read_table pandas:read_json pandas:read_excel pandas:read_html pandas:read_parquet pandas:read_sql pandas:read_hdf pandas:read_feather pandas:read_xml pandas:read_fwf pandas:read_orc pandas:read_sas pandas:read_spss pandas:read_stata
          torchaudio:load datasets:load_dataset mimetypes.*`,
  },
  {
    category: 'network',
    why: 'talks to the network',
    names: `socket.* _socket.* ssl.* _ssl.* socketserver.* SocketServer.* select.* selectors.* http.client.* http.server.* http.cookiejar.* httplib.* httplib2.* urllib.* urllib2.* urllib3.* requests.* aiohttp.* httpx.* httpcore.* ftplib.* smtplib.* smtpd.* imaplib.* poplib.* nntplib.* telnetlib.* xmlrpc.* xmlrpclib.* SimpleXMLRPCServer.* BaseHTTPServer.* asyncore.* asynchat.*
      paramiko.* asyncssh.* websocket.* websockets.* zmq.* grpc.* uvicorn.* bottle.* cherrypy.* boto3.* botocore.* s3fs.* gcsfs.* adlfs.* wget.* gdown.* pycurl.* dns.* ldap3.* pymongo.* pymysql.* psycopg2.* psycopg.* mysql.* kafka.* pika.* elasticsearch.* telegram.* discord.* slack_sdk.*
      torch.hub:load torch.hub:load_state_dict_from_url torch.hub:download_url_to_file torch.distributed:init_process_group torch.distributed.rendezvous.* torchvision.datasets.utils.* sklearn.datasets._openml.* sklearn.datasets._base:_fetch_remote nltk.downloader.* spacy.cli.* datasets.utils.file_utils.* transformers.utils.hub:cached_file keras.utils.data_utils.* tensorflow.keras.utils:get_file tensorflow.python.lib.io.*`,
  },
  {
    category: 'attribute-access',
    why: 'reads, sets or calls attributes by name, and so reaches any function from any object',
    names: `inspect:getmodule inspect:getmodulename string:Formatter.get_field builtins:getattr builtins:setattr builtins:delattr builtins:hasattr builtins:vars builtins:dir builtins:globals builtins:locals builtins:classmethod builtins:staticmethod builtins:property builtins:super __builtins__:getattr
      operator:attrgetter operator:methodcaller operator:call operator:itemgetter _operator:attrgetter _operator:methodcaller _operator:call _operator:itemgetter operator:getitem operator:setitem operator:delitem _operator:getitem _operator:setitem operator:concat operator:iconcat operator:iadd operator:imatmul
      inspect:getmembers inspect:getmembers_static inspect:getattr_static inspect:getclosurevars inspect:currentframe inspect:stack inspect:trace inspect:unwrap types:DynamicClassAttribute types:MethodType types:BuiltinMethodType types:MethodDescriptorType types:GetSetDescriptorType types:MappingProxyType string:Formatter.get_field string:Formatter.vformat _string.*
      unittest.mock:_get_target unittest.mock.* mock.* transformers.models.auto.auto_factory:getattribute_from_module torch._utils:_get_attr torch.fx.graph_module:_copy_attr torch._dynamo.utils.* glom.* jmespath.* toolz:get_in toolz.functoolz:curry`,
    advisories: {
      'operator:methodcaller': ['GHSA-955r-x9j8-7rhh', 'GHSA-84r2-jw7c-4r5q'],
      '_operator:methodcaller': ['GHSA-955r-x9j8-7rhh'],
    },
  },
  {
    category: 'functional-gadget',
    why: 'calls a function it is given',
    names: `functools:reduce weakref:finalize weakref:WeakMethod weakref:proxy _weakref:proxy builtins:map builtins:filter builtins:reduce builtins:sorted builtins:max builtins:min builtins:iter builtins:next builtins:sum builtins:any builtins:all builtins:zip builtins:enumerate builtins:reversed __builtins__:map functools:partial functools:reduce functools:partialmethod functools:cache functools:lru_cache functools:cmp_to_key functools:singledispatch functools:cached_property functools:wraps functools:update_wrapper functools:total_ordering functools:_lru_cache_wrapper _functools.*
      itertools:starmap itertools:takewhile itertools:dropwhile itertools:filterfalse itertools:groupby itertools:accumulate itertools:chain itertools:imap itertools:ifilter itertools.* collections:defaultdict
      contextlib:ExitStack contextlib:AsyncExitStack contextlib:closing contextlib:contextmanager contextlib:ContextDecorator contextlib.* contextvars:Context.run contextvars.* _contextvars.* threading.* _thread.* thread.* dummy_threading.* signal.* _signal.* weakref:finalize weakref:proxy weakref:WeakMethod gc.* _gc.* concurrent.futures.thread.*
               asyncio.events.* sched:scheduler curses:wrapper curses.* codecs:decode codecs:encode codecs:getdecoder codecs:lookup codecs:register codecs.* _codecs:decode _codecs:lookup _codecs:register re:sub hmac.* json:loads json:JSONDecoder xml.sax.* html.parser.* optparse.* argparse:ArgumentParser argparse:FileType argparse:Action
       numpy:frompyfunc numpy:apply_along_axis numpy:apply_over_axes numpy:fromfunction numpy:piecewise numpy:fromiter numpy.core.multiarray:set_string_function numpy:set_string_function
       pandas.core.frame:DataFrame.apply pandas.core.series:Series.apply pandas.core.generic:NDFrame.pipe scipy.optimize:minimize scipy.integrate:quad scipy.LowLevelCallable.*
      torch._tensor:Tensor.apply_ torch.nn.modules.module:Module.apply torch.func.* torch._functorch.* torch.autograd.function:once_differentiable torch.utils.data._utils.worker.* sklearn.utils.parallel.* joblib.func_inspect.* `,
  },
  {
    category: 'introspection',
    why: 'makes functions, classes or code objects, or hands out interpreter internals',
    names: ` builtins:memoryview builtins:object.__reduce_ex__ builtins:object.__getattribute__ builtins:exit builtins:quit types:CodeType types:FunctionType types:LambdaType types:ModuleType types:new_class types:coroutine types:GeneratorType types:CellType types:FrameType types:TracebackType types:resolve_bases types:prepare_class types.* _types.* new:function new:instance new:classobj new:code new:instancemethod
        torch._jit_internal.* torch._sources.* torch.utils._traceback.* torch.utils._python_dispatch.* pympler.* objgraph.* guppy.* bytecode.* codetransformer.* uncompyle6.* __main__:__builtins__`,
    advisories: {
      'types:CodeType': ['GHSA-565g-hwwr-4pp3'],
      'types:FunctionType': ['GHSA-565g-hwwr-4pp3'],
    },
  },
  {
    category: 'interpreter-state',
    why: 'changes the running interpreter: its modules, hooks, paths or settings',
    names: `sys.* _sitebuiltins.* sysconfig:_init_non_posix resource.* prctl.* readline:set_completer rlcompleter:Completer winreg.* _winreg.* msvcrt.* winsound.* msilib.* _winapi:CreateProcess fcntl.* termios.* tty.* torch:set_default_tensor_type torch.serialization:add_safe_globals torch.serialization:_add_safe_globals torch.serialization:set_default_load_endianness torch._weights_only_unpickler:_add_safe_globals torch.backends:flags numpy:seterrcall gc:set_threshold`,
  },
  {
    category: 'scanner-tampering',
    why: 'reaches into a scanner of pickles, to switch it off',
    names:
      'fickling.* picklescan.* modelscan.* modelaudit.* model_unpickler.* saferpickle.* safepickle.* restrictedpickle.* pickleball.* vouchsafe.*',
  },
];
