import { asm, type PickleAssembler } from './pickle.ts';

type Push = (a: PickleAssembler) => unknown;

/** How a tensor is spelled; what is not given is a plain one of four floats in storage 0. */
export interface TensorSpelling {
  readonly version?: '' | '_v2' | '_v3';
  readonly storage?: string;
  readonly key?: string;
  readonly count?: number;
  readonly offset?: number;
  readonly size?: readonly (number | bigint)[];
  readonly stride?: readonly (number | bigint)[];
  /** Only with `_v3`: a name in `torch`. */
  readonly dtype?: string;
  readonly hooks?: Push;
  readonly metadata?: Push;
  /** `view_metadata` of a persistent id as torch wrote it before 1.6; `null` for None. */
  readonly part?: readonly [key: string, offset: number, count: number] | null;
}

/** Pushes what a tensor is pickled as. */
export function tensor(a: PickleAssembler, spelling: TensorSpelling = {}): PickleAssembler {
  const { version = '_v2', offset = 0, size = [4], stride = [1] } = spelling;
  a.global('torch._utils', `_rebuild_tensor${version}`).mark();
  storage(a, spelling).binint(offset);
  tuple(a, size);
  tuple(a, stride);
  if (version !== '') {
    a.newfalse();
    (spelling.hooks ?? emptyOrderedDict)(a);
  }
  if (version === '_v3') a.global('torch', spelling.dtype ?? 'uint16');
  spelling.metadata?.(a);
  return a.tuple().reduce();
}

/** Pushes a persistent id and looks it up. */
export function storage(a: PickleAssembler, spelling: TensorSpelling = {}): PickleAssembler {
  const [module, name] = split(spelling.storage ?? 'torch.FloatStorage');
  a.mark()
    .binunicode('storage')
    .global(module, name)
    .binunicode(spelling.key ?? '0')
    .binunicode('cpu')
    .binint(spelling.count ?? 4);
  if (spelling.part === null) a.none();
  else if (spelling.part !== undefined) {
    const [key, offset, count] = spelling.part;
    a.mark().binunicode(key).binint(offset).binint(count).tuple();
  }
  return a.tuple().binpersid();
}

export function tuple(a: PickleAssembler, items: readonly (number | bigint)[]): PickleAssembler {
  a.mark();
  for (const item of items) a.long1(item);
  return a.tuple();
}

export function emptyOrderedDict(a: PickleAssembler): PickleAssembler {
  return a.global('collections', 'OrderedDict').emptyTuple().reduce();
}

/** A call of a function by its full name, with what `args` push. */
export function call(a: PickleAssembler, name: string, ...args: readonly Push[]): PickleAssembler {
  const [module, last] = split(name);
  a.global(module, last).mark();
  for (const push of args) push(a);
  return a.tuple().reduce();
}

/** A dict of what is pushed by name. */
export function dict(a: PickleAssembler, entries: Readonly<Record<string, Push>>): PickleAssembler {
  a.emptyDict().mark();
  for (const [key, push] of Object.entries(entries)) push(a.binunicode(key));
  return a.setitems();
}

/** The pickle of a dict, as `data.pkl` holds it. */
export function objectOf(entries: Readonly<Record<string, Push>>): Uint8Array {
  return pickleOf((a) => dict(a, entries));
}

export function pickleOf(push: Push): Uint8Array {
  const a = asm().proto(2);
  push(a);
  return a.stop().bytes();
}

function split(name: string): [string, string] {
  const dot = name.lastIndexOf('.');
  return [name.slice(0, dot), name.slice(dot + 1)];
}
