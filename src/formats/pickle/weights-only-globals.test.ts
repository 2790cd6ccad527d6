import { describe, expect, it } from 'vitest';
import { firstProfileAccepting, profileFor, pythonTwoName, weightsOnlyProfiles } from './weights-only-globals.ts';

describe('weights_only profiles', () => {
  it('counts what torch 2.13 itself counts', () => {
    // `len(torch._weights_only_unpickler._get_allowed_globals())` is 144, and two registered names are ours besides.
    expect(profileFor('2.13.0')?.globals.size).toBe(146);
    expect(profileFor('2.14.1')?.globals.has('torch.bcomplex32')).toBe(true);
  });

  it('knows 33 opcodes in 1.13 and BINFLOAT from 2.x on', () => {
    expect(profileFor('1.13.1')?.opcodes.size).toBe(33);
    expect(profileFor('2.6.0')?.opcodes.size).toBe(34);
    for (const refused of ['STACK_GLOBAL', 'INST', 'OBJ', 'EXT1', 'MEMOIZE', 'FRAME', 'DUP', 'POP', 'PUT', 'GET']) {
      expect(weightsOnlyProfiles.some((profile) => profile.opcodes.has(refused))).toBe(false);
    }
  });

  it('is undefined before weights_only existed', () => {
    expect(profileFor('1.12.1')).toBeUndefined();
    expect(profileFor('2.0')?.since).toBe('1.13');
    expect(profileFor('2.9.1')?.since).toBe('2.6');
    expect(profileFor('3.0')?.since).toBe('2.14');
  });

  it('names the oldest release from which a file loads', () => {
    expect(firstProfileAccepting((profile) => profile.globals.has('builtins.set'))?.since).toBe('2.6');
    expect(firstProfileAccepting((profile) => profile.globals.has('os.system'))).toBeUndefined();
    // Accepted by 1.13 alone: later releases dropped it.
    expect(
      firstProfileAccepting((profile) => profile.globals.has('torch._utils._rebuild_sparse_csr_tensor')),
    ).toBeUndefined();
  });

  it('maps Python 2 names as torch does', () => {
    expect(pythonTwoName('__builtin__', 'set')).toBe('builtins.set');
    expect(pythonTwoName('__builtin__', 'unicode')).toBe('builtins.str');
    expect(pythonTwoName('torch', 'Size')).toBe('torch.Size');
  });
});
