import { type Bytes, concat, f32le, le } from './bytes.ts';
import { asm, type PickleAssembler } from './pickle.ts';
import { tar } from './tar.ts';
import { zip, type ZipMember, type ZipOptions } from './zip.ts';

/** Pushes a tensor of four floats as torch's Tensor.__reduce_ex__ writes it in protocol 2. */
export function pushTensor(a: PickleAssembler, key = '0', legacy = false): PickleAssembler {
  a.global('torch._utils', '_rebuild_tensor_v2').mark();
  a.mark().binunicode('storage').global('torch', 'FloatStorage').binunicode(key).binunicode('cpu').binint1(4);
  if (legacy) a.none();
  a.tuple().binpersid();
  a.binint1(0).binint1(4).tuple1().binint1(1).tuple1().newfalse();
  return a.global('collections', 'OrderedDict').emptyTuple().reduce().tuple().reduce();
}

/** `{'w': tensor}` and whatever `also` leaves on the stack under key `x`. */
export function stateDict(also?: (a: PickleAssembler) => PickleAssembler, legacy = false): Uint8Array {
  const a = asm().proto(2).emptyDict().mark().binunicode('w');
  pushTensor(a, '0', legacy);
  if (also !== undefined) also(a.binunicode('x'));
  return a.setitems().stop().bytes();
}

export interface TorchZip {
  readonly root?: string;
  readonly pickle?: Uint8Array;
  readonly extra?: readonly ZipMember[];
  readonly before?: readonly ZipMember[];
  readonly pickleMember?: Partial<ZipMember>;
  readonly zip?: ZipOptions;
}

/** A checkpoint as torch ≥ 1.6 writes it: every member stored under one root. */
export function torchZip(options: TorchZip = {}): Uint8Array {
  const root = options.root ?? 'archive';
  return zip(
    [
      ...(options.before ?? []),
      { name: `${root}/data.pkl`, data: options.pickle ?? stateDict(), ...options.pickleMember },
      { name: `${root}/byteorder`, data: 'little' },
      { name: `${root}/data/0`, data: f32le(1, 2, 3, 4) },
      { name: `${root}/version`, data: '3\n' },
      ...(options.extra ?? []),
    ],
    options.zip,
  );
}

export type LegacyPart = 'magic' | 'protocol' | 'system' | 'object' | 'keys';

/** torch ≤ 1.5: five pickles, then `int64 count` and the bytes of each storage. `replace` swaps one pickle for another. */
export function torchLegacy(replace: Partial<Record<LegacyPart, Uint8Array>> = {}, tail: Bytes = []): Uint8Array {
  const magic = asm().proto(2).long1(0x1950a86a20f9469cfc6cn).stop().bytes();
  const protocol = asm().proto(2).binint2(1001).stop().bytes();
  const system = asm()
    .proto(2)
    .emptyDict()
    .mark()
    .binunicode('protocol_version')
    .binint2(1001)
    .binunicode('little_endian')
    .newtrue()
    .binunicode('type_sizes')
    .emptyDict()
    .setitems()
    .stop()
    .bytes();
  const keys = asm().proto(2).emptyList().binunicode('0').append().stop().bytes();
  return concat(
    replace.magic ?? magic,
    replace.protocol ?? protocol,
    replace.system ?? system,
    replace.object ?? stateDict(undefined, true),
    replace.keys ?? keys,
    le(4, 8),
    f32le(1, 2, 3, 4),
    tail,
  );
}

/** torch 0.1.1: a tar of `sys_info`, `pickle`, `storages`, `tensors`. */
export function torchTar(
  replace: { pickle?: Uint8Array; storages?: Uint8Array; tensors?: Uint8Array; system?: Uint8Array } = {},
): Uint8Array {
  const count = (n: number): Uint8Array => asm().proto(2).binint1(n).stop().bytes();
  const key = asm()
    .proto(2)
    .mark()
    .binunicode('0')
    .binunicode('cpu')
    .global('torch', 'FloatStorage')
    .tuple()
    .stop()
    .bytes();
  return tar([
    { name: 'sys_info', data: replace.system ?? asm().proto(2).emptyDict().stop().bytes() },
    { name: 'pickle', data: replace.pickle ?? asm().proto(2).emptyDict().stop().bytes() },
    {
      name: 'storages',
      data:
        replace.storages ??
        concat(count(1), key, le(4, 8), f32le(1, 2, 3, 4), asm().proto(2).emptyList().stop().bytes()),
    },
    { name: 'tensors', data: replace.tensors ?? count(0) },
  ]);
}
