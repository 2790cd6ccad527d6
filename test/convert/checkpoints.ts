import { f32le } from '../build/bytes.ts';
import { asm, type PickleAssembler } from '../build/pickle.ts';
import { zip } from '../build/zip.ts';

type Tensors = Readonly<Record<string, readonly number[]>>;

/** A torch zip checkpoint of float vectors. */
export function checkpoint(tensors: Tensors): Uint8Array {
  return build(tensors, (a) => a);
}

/** The same with a call of `os.system` beside them. */
export function hostileCheckpoint(tensors: Tensors): Uint8Array {
  return build(tensors, (a) => a.binunicode('evil').global('os', 'system').binunicode('echo').tuple1().reduce());
}

function build(tensors: Tensors, also: (a: PickleAssembler) => PickleAssembler): Uint8Array {
  const a = asm().proto(2).emptyDict().mark();
  for (const [i, [name, values]] of Object.entries(tensors).entries()) {
    a.binunicode(name).global('torch._utils', '_rebuild_tensor_v2').mark();
    a.mark().binunicode('storage').global('torch', 'FloatStorage').binunicode(String(i)).binunicode('cpu');
    a.binint1(values.length).tuple().binpersid().binint1(0).binint1(values.length).tuple1().binint1(1).tuple1();
    a.newfalse().global('collections', 'OrderedDict').emptyTuple().reduce().tuple().reduce();
  }
  const pickle = also(a).setitems().stop().bytes();
  return zip([
    { name: 'archive/data.pkl', data: pickle },
    { name: 'archive/byteorder', data: 'little' },
    ...Object.values(tensors).map((values, i) => ({ name: `archive/data/${i}`, data: f32le(...values) })),
    { name: 'archive/version', data: '3\n' },
  ]);
}
