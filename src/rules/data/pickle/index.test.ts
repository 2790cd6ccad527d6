import { describe, expect, it } from 'vitest';
import { allDangers, dangerOf } from './dangerous.ts';
import { allListed, allowedUses, constraintOf, constraints, isEnum, librariesListing, use } from './index.ts';

describe('allow-lists of pickles', () => {
  it('lets an estimator be made and built, in the layout of every release', () => {
    const wanted = use.import | use.new | use.build;
    for (const [module, name] of [
      ['sklearn.ensemble._forest', 'RandomForestClassifier'],
      ['sklearn.ensemble.forest', 'RandomForestClassifier'],
      ['sklearn.linear_model.logistic', 'LogisticRegression'],
      ['sklearn.svm.classes', 'SVC'],
      ['sklearn.pipeline', 'Pipeline'],
      ['pandas.core.frame', 'DataFrame'],
      ['torch.nn.modules.linear', 'Linear'],
      ['torch.optim.adam', 'Adam'],
      ['scipy.sparse.csr', 'csr_matrix'],
      ['scipy.sparse._csr', 'csr_matrix'],
      ['joblib.numpy_pickle', 'NumpyArrayWrapper'],
    ] as const) {
      const uses = allowedUses(module, name) ?? 0;
      expect([module, name, uses & wanted]).toEqual([module, name, wanted]);
      expect(uses & use.call).toBe(0);
    }
  });

  it('lets torch and numpy rebuild arrays', () => {
    expect(allowedUses('torch._utils', '_rebuild_tensor_v2')).toBe(use.call);
    expect(allowedUses('numpy.core.multiarray', '_reconstruct')).toBe(use.call);
    expect(allowedUses('numpy._core.multiarray', '_reconstruct')).toBe(use.call);
    expect(constraintOf('numpy._core.multiarray', '_reconstruct')).toBe('array-class');
    expect(constraintOf('torch.storage', '_load_from_bytes')).toBe('nested-torch');
  });

  it('knows enums, which are called with their value', () => {
    expect(isEnum('uuid', 'SafeUUID')).toBe(true);
    expect(constraintOf('uuid', 'SafeUUID')).toBe('enum-value');
    expect(isEnum('uuid', 'UUID')).toBe(false);
  });

  it('lists nothing by accident of JavaScript', () => {
    for (const module of ['__proto__', 'constructor', 'toString', '', 'os']) {
      expect(allowedUses(module, 'toString')).toBeUndefined();
      expect(allowedUses(module, 'constructor')).toBeUndefined();
      expect(constraintOf(module, 'constructor')).toBeUndefined();
      expect(librariesListing(module)).toEqual([]);
    }
  });

  it('wants what scipy compiles from a state to be checked', () => {
    expect(constraintOf('scipy.stats._continuous_distns', 'norm_gen')).toBe('scipy-argument-template');
  });

  it('names only constraints the judge knows', () => {
    for (const { module, name } of allListed()) {
      const constraint = constraintOf(module, name);
      if (constraint !== undefined) expect(constraints).toContain(constraint);
    }
  });

  it('allows nothing that the deny table names, unless a constraint guards it or it is a mere value', () => {
    let listed = 0;
    for (const { module, name, uses } of allListed()) {
      listed += 1;
      const danger = dangerOf(module, name);
      if (!danger || constraintOf(module, name) !== undefined) continue;
      const mereValue = (uses & ~use.import) === 0 && module === 'builtins';
      const readByHand = danger.entry === 'torch.serialization.*' && uses === use.import;
      if (!mereValue && !readByHand) throw new Error(`${module}.${name} is allowed, and dangerous by ${danger.entry}`);
    }
    expect(listed).toBeGreaterThan(8000);
  });
});

describe('dangerous names', () => {
  it.each([
    ['os', 'system', 'process'],
    ['posix', 'system', 'process'],
    ['nt', 'system', 'process'],
    ['subprocess', 'Popen', 'process'],
    ['builtins', 'eval', 'code-execution'],
    ['__builtin__', 'eval', 'code-execution'],
    ['builtins', 'getattr', 'attribute-access'],
    ['builtins', '__import__', 'import-machinery'],
    ['importlib', 'import_module', 'import-machinery'],
    ['pickle', 'loads', 'second-stage-loader'],
    ['torch.storage', '__init__.__globals__', 'attribute-access'],
    ['builtins', 'eval.__call__', 'code-execution'],
    ['builtins', 'print.__self__.exec', 'attribute-access'],
    ['random', '_os.system', 'process'],
    ['some.module', 'system', 'code-execution'],
    ['logging', 'FileHandler', 'file-write'],
    ['numpy.f2py.crackfortran', 'getlincoef', 'code-execution'],
    ['torch.hub', 'load', 'network'],
    ['torch', 'hub.load', 'network'],
    ['asyncio.unix_events', '_UnixSubprocessTransport._start', 'process'],
    ['ctypes', 'CDLL', 'native-code'],
    ['itertools', 'starmap', 'functional-gadget'],
    ['types', 'CodeType', 'introspection'],
    ['picklescan', 'scanner', 'scanner-tampering'],
  ])('%s.%s is %s', (module, name, category) => {
    expect(dangerOf(module, name)?.category).toBe(category);
  });

  it('cites advisories', () => {
    expect(dangerOf('pkgutil', 'resolve_name')?.advisories).toContain('GHSA-vvpj-8cmc-gx39');
    expect(dangerOf('ctypes', 'CDLL')?.advisories).toContain('CVE-2026-22608');
  });

  it('stays silent on ordinary names', () => {
    for (const [module, name] of [
      ['collections', 'OrderedDict'],
      ['sklearn.svm._classes', 'SVC'],
      ['numpy', 'ndarray'],
      ['my_package.models', 'Net'],
      ['__main__', 'Net'],
    ] as const) {
      expect(dangerOf(module, name)).toBeUndefined();
    }
  });

  it('has entries whose category and reason are stated', () => {
    expect(allDangers().length).toBeGreaterThan(700);
    for (const danger of allDangers()) {
      expect(danger.entry).toMatch(/^[\w.]+(:[\w.]+|\.\*)$/);
      expect(danger.why.length).toBeGreaterThan(8);
      for (const id of danger.advisories) expect(id).toMatch(/^(GHSA(-[0-9a-z]{4}){3}|CVE-\d{4}-\d{4,}|CWE-\d+)$/);
    }
  });
});
