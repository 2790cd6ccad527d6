import { concat, f32le } from './bytes.ts';
import { asm, type PickleAssembler } from './pickle.ts';
import { call, d, emit, g, t } from './pickle-value.ts';

/**
 * A joblib dump: a NumpyArrayWrapper, the array's raw bytes in the middle of the stream, then more opcodes.
 * joblib/numpy_pickle.py `NumpyArrayWrapper.read_array`; since 1.1 a padding byte and its padding come first.
 */
export function joblibWithArray(
  rest: (a: PickleAssembler) => PickleAssembler,
  options: { aligned?: boolean } = {},
): Uint8Array {
  const wrapper = asm().proto(4).mark();
  const stack = { globals: 'stack-global' } as const;
  emit(wrapper, { is: 'new', cls: g('joblib.numpy_pickle:NumpyArrayWrapper'), args: [] }, stack);
  const state = d(
    ['subclass', g('numpy:ndarray')],
    ['shape', t(4)],
    ['order', 'C'],
    [
      'dtype',
      { is: 'build', object: call('numpy:dtype', 'f4', false, true), state: t(3, '<', null, null, null, -1, -1, 0) },
    ],
    ['allow_mmap', true],
    ...(options.aligned === true ? ([['numpy_array_alignment_bytes', 16]] as const) : []),
  );
  emit(wrapper, state, stack).build();
  const head = wrapper.bytes();
  const padding = options.aligned === true ? 16 - ((head.length + 1) % 16) : 0;
  const filler = options.aligned === true ? concat([padding], new Uint8Array(padding).fill(255)) : new Uint8Array(0);
  return concat(head, filler, f32le(1, 2, 3, 4), rest(asm()).list().stop().bytes());
}
