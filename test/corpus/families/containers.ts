import { bzip, lzmaAlone, lz4, xz } from '../../build/codecs.ts';
import { deflateSync, gzipSync, zstdCompressSync } from 'node:zlib';
import { type Bytes, concat, latin1, patched } from '../../build/bytes.ts';
import { joblibWithArray } from '../../build/joblib.ts';
import { npy } from '../../build/npy.ts';
import { asm, type PickleAssembler } from '../../build/pickle.ts';
import { tar } from '../../build/tar.ts';
import { pushTensor, stateDict, torchLegacy, torchTar, torchZip } from '../../build/torch.ts';
import { opaque, zip, type ZipMember } from '../../build/zip.ts';
import { CODE, COMMAND, type Expected, type HostileCase } from '../case.ts';

const cases: HostileCase[] = [];
function add(id: string, file: string, origin: string, verdict: Expected, build: () => Uint8Array): void {
  cases.push({
    id: `container.${id}`,
    family: `containers: ${id.split('.')[0]}`,
    file,
    origin,
    build,
    expect: { verdict },
  });
}

const payload = (a: PickleAssembler): PickleAssembler => a.global('os', 'system').binunicode(COMMAND).tuple1().reduce();
const evil = (): Uint8Array => payload(asm().proto(2)).stop().bytes();
const text0 = (): Uint8Array => latin1(`cos\nsystem\n(S'${COMMAND}'\ntR.`);
const safe = (): Uint8Array => stateDict();
const bad = (): Uint8Array => stateDict(payload);

// Names that do not say what they hold.
for (const file of [
  'model',
  'model.bin',
  'model.pt',
  'model.sav',
  'model.ckpt',
  'model.dat',
  'model.txt',
  'model.json',
  'model.png',
  'model.safetensors',
  'model.gguf',
  'model.onnx',
  'model.h5',
  'README.md',
  '.hidden',
  'model.pkl.gz',
  'model.npy',
  'model.zip',
  'config.yaml',
  'tokenizer.model',
]) {
  add(`names.pickle-as.${file}`, file, 'CVE-2025-10155', 'malicious', evil);
}
for (const file of ['model.pkl', 'model.json', 'model', 'weights.bin', 'model.safetensors']) {
  add(`names.torch-zip-as.${file}`, file, 'CVE-2025-10155', 'malicious', () => torchZip({ pickle: bad() }));
}
add('names.text-pickle-as-text', 'notes.txt', 'CVE-2025-10155', 'malicious', text0);
add('names.text-pickle-no-extension', 'model', 'CVE-2025-10155', 'malicious', text0);

// Torch zip.
const pt = (id: string, origin: string, verdict: Expected, build: () => Uint8Array): void =>
  add(id, 'model.pt', origin, verdict, build);
pt('torch-zip.plain', 'own', 'malicious', () => torchZip({ pickle: bad() }));
pt('torch-zip.whole-stream', 'own', 'malicious', () => torchZip({ pickle: evil() }));
pt('torch-zip.deflated', 'own', 'malicious', () => torchZip({ pickle: bad(), pickleMember: { method: 'deflate' } }));
pt('torch-zip.crc-wrong', 'CVE-2025-10156', 'malicious', () =>
  torchZip({ pickle: bad(), pickleMember: { localCrc: 1, centralCrc: 2 } }),
);
pt('torch-zip.crc-zero-one', 'CVE-2025-10156', 'malicious', () =>
  torchZip({ pickle: bad(), pickleMember: { centralCrc: 0 } }),
);
pt('torch-zip.local-name-differs', 'CVE-2025-1944', 'malicious', () =>
  torchZip({ pickle: bad(), pickleMember: { localName: 'archive/data.txt' } }),
);
pt('torch-zip.local-name-longer', 'CVE-2025-1944', 'malicious', () =>
  torchZip({ pickle: bad(), pickleMember: { localName: 'archive/a-much-longer-name/data.txt' } }),
);
for (const flag of [0x1, 0x20, 0x40, 0x2000, 0x800, 0x8]) {
  const hex = flag.toString(16);
  pt(`torch-zip.local-flag-${hex}`, 'CVE-2025-1945', 'malicious', () =>
    torchZip({ pickle: bad(), pickleMember: { localFlags: flag } }),
  );
  pt(`torch-zip.central-flag-${hex}`, 'CVE-2025-1945', flag === 1 ? 'not-clean' : 'malicious', () =>
    torchZip({ pickle: bad(), pickleMember: { centralFlags: flag } }),
  );
  pt(`torch-zip.both-flags-${hex}`, 'CVE-2025-1945', flag === 1 ? 'not-clean' : 'malicious', () =>
    torchZip({ pickle: bad(), pickleMember: { centralFlags: flag, localFlags: flag } }),
  );
}
pt('torch-zip.local-size-zero', 'own', 'malicious', () => torchZip({ pickle: bad(), pickleMember: { localSize: 0 } }));
pt('torch-zip.central-size-small', 'own', 'not-clean', () =>
  torchZip({ pickle: bad(), pickleMember: { centralSize: 3, centralCompressedSize: 3 } }),
);
pt('torch-zip.central-size-huge', 'own', 'not-clean', () =>
  torchZip({ pickle: bad(), pickleMember: { centralSize: 2 ** 31, centralCompressedSize: 2 ** 31 } }),
);
pt('torch-zip.method-unknown', 'own', 'not-clean', () =>
  torchZip({ pickle: bad(), pickleMember: { claimedMethod: 99 } }),
);
pt('torch-zip.method-lies', 'own', 'not-clean', () => torchZip({ pickle: bad(), pickleMember: { claimedMethod: 8 } }));
for (const fill of [0, 1, 2, 3, 5, 8, 13, 21]) {
  const filler: ZipMember[] = Array.from({ length: fill }, (_, index) => ({
    name: `archive/data/${index + 1}`,
    data: 'abcd',
  }));
  for (const evilFirst of [true, false]) {
    const id = `torch-zip.duplicate-${evilFirst ? 'first' : 'last'}-of-${fill}`;
    const other = { name: 'archive/data.pkl', data: evilFirst ? safe() : bad() };
    pt(id, 'own', 'malicious', () => torchZip({ pickle: evilFirst ? bad() : safe(), extra: [...filler, other] }));
    pt(`${id}-reversed`, 'own', 'malicious', () =>
      torchZip({
        pickle: evilFirst ? bad() : safe(),
        extra: [...filler, other],
        zip: { directoryOrder: Array.from({ length: fill + 5 }, (_, index) => fill + 4 - index) },
      }),
    );
  }
}
pt('torch-zip.upper-case', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/DATA.PKL', data: text0() }] }),
);
pt('torch-zip.upper-case-alone', 'own', 'malicious', () =>
  torchZip({ pickleMember: { name: 'archive/DATA.PKL' }, pickle: text0() }),
);
pt('torch-zip.mixed-case-root', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'Archive/data.pkl', data: bad() }] }),
);
pt('torch-zip.member-without-pkl', 'CVE-2025-1889', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/extra/config.txt', data: evil() }] }),
);
pt('torch-zip.member-no-extension', 'CVE-2025-1889', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/payload', data: evil() }] }),
);
pt('torch-zip.storage-is-pickle', 'CVE-2025-1889', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/data/1', data: evil() }] }),
);
pt('torch-zip.constants', 'own', 'malicious', () =>
  torchZip({
    pickle: safe(),
    extra: [
      { name: 'archive/constants.pkl', data: evil() },
      { name: 'archive/code/__torch__.py', data: 'x' },
    ],
  }),
);
pt('torch-zip.second-root', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'other/data.pkl', data: bad() }] }),
);
pt('torch-zip.first-root', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), before: [{ name: 'other/data.pkl', data: bad() }] }),
);
pt('torch-zip.no-root', 'own', 'malicious', () =>
  zip([
    { name: 'data.pkl', data: bad() },
    { name: 'version', data: '3' },
  ]),
);
pt('torch-zip.backslash', 'own', 'malicious', () => zip([{ name: 'archive\\data.pkl', data: bad() }]));
pt('torch-zip.traversal', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: '../../tmp/data.pkl', data: bad() }] }),
);
pt('torch-zip.traversal-only', 'own', 'suspicious', () => torchZip({ extra: [{ name: '../../tmp/x', data: 'x' }] }));
pt('torch-zip.absolute', 'own', 'suspicious', () => torchZip({ extra: [{ name: '/etc/cron.d/x', data: 'x' }] }));
pt('torch-zip.nul-in-name', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/data.pkl\0.txt', data: bad() }] }),
);
pt('torch-zip.symlink', 'own', 'not-clean', () =>
  torchZip({ extra: [{ name: 'archive/link', data: '/etc/passwd', mode: 0o120777 }] }),
);
for (const [kind, member] of [
  ['dos', { dosAttributes: 0x10 }],
  ['unix', { mode: 0o040755 }],
] as const) {
  pt(`torch-zip.record-called-folder-${kind}`, 'own', 'suspicious', () =>
    torchZip({ extra: [{ name: 'archive/data/1', data: 'weights', ...member }] }),
  );
}
pt('torch-zip.prefix', 'own', 'malicious', () => torchZip({ pickle: bad(), zip: { prefix: 'junk'.repeat(100) } }));
pt('torch-zip.prefix-relative', 'own', 'malicious', () =>
  torchZip({ pickle: bad(), zip: { prefix: 'junk'.repeat(100), relativeOffsets: true } }),
);
pt('torch-zip.prefix-is-pickle', 'own', 'malicious', () => torchZip({ zip: { prefix: evil() } }));
pt('torch-zip.tail-is-pickle', 'own', 'malicious', () => torchZip({ zip: { tail: evil() } }));
pt('torch-zip.tail-junk', 'own', 'malicious', () => torchZip({ pickle: bad(), zip: { tail: 'x'.repeat(500) } }));
pt('torch-zip.tail-long', 'own', 'malicious', () => torchZip({ pickle: bad(), zip: { tail: new Uint8Array(70_000) } }));
pt('torch-zip.gap-is-pickle', 'own', 'not-clean', () => torchZip({ zip: { beforeDirectory: evil() } }));
pt('torch-zip.comment-is-pickle', 'own', 'not-clean', () => torchZip({ zip: { comment: evil() } }));
pt('torch-zip.two-archives', 'safetensors.md: B+A', 'malicious', () =>
  concat(torchZip({ pickle: bad() }), torchZip({ pickle: safe() })),
);
pt('torch-zip.two-archives-swapped', 'safetensors.md: B+A', 'malicious', () =>
  concat(torchZip({ pickle: safe() }), torchZip({ pickle: bad() })),
);
pt('torch-zip.hidden-local', 'own', 'malicious', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/data.pkl', data: bad(), omit: 'central' }] }),
);
pt('torch-zip.hidden-local-other-name', 'own', 'not-clean', () =>
  torchZip({ pickle: safe(), extra: [{ name: 'archive/hidden.pkl', data: bad(), omit: 'central' }] }),
);
pt('torch-zip.entry-count-lies', 'own', 'malicious', () => torchZip({ pickle: bad(), zip: { claimedEntries: 1 } }));
pt('torch-zip.entry-count-zero', 'own', 'not-clean', () => torchZip({ pickle: bad(), zip: { claimedEntries: 0 } }));
pt('torch-zip.entry-count-high', 'own', 'malicious', () => torchZip({ pickle: bad(), zip: { claimedEntries: 900 } }));
pt('torch-zip.directory-gone', 'own', 'not-clean', () => {
  const all = torchZip({ pickle: bad() });
  return all.slice(0, all.length - 40);
});
pt('torch-zip.first-member-corrupt', 'protectai/modelscan#354', 'malicious', () =>
  torchZip({ before: [{ name: 'archive/a', data: 'x', claimedMethod: 8 }], pickle: bad() }),
);
pt('torch-zip.first-member-encrypted', 'protectai/modelscan#354', 'malicious', () =>
  torchZip({
    before: [{ name: 'archive/a', data: opaque('xxxxxxxxxxxxxxxx'), localFlags: 1, centralFlags: 1 }],
    pickle: bad(),
  }),
);
pt('torch-zip.truncated-pickle', 'nullifAI', 'malicious', () => torchZip({ pickle: payload(asm().proto(2)).bytes() }));
pt('torch-zip.stacked-pickle', 'own', 'malicious', () => torchZip({ pickle: concat(safe(), evil()) }));
pt('torch-zip.hooks', 'own', 'suspicious', () => torchZip({ pickle: hooked() }));
pt('torch-zip.rebuild-callable', 'CVE-2025-32434', 'suspicious', () =>
  torchZip({
    pickle: asm()
      .proto(2)
      .global('torch._tensor', '_rebuild_from_type_v2')
      .mark()
      .global('os', 'system')
      .global('torch', 'Tensor')
      .mark()
      .binunicode(COMMAND)
      .tuple()
      .emptyDict()
      .tuple()
      .reduce()
      .stop()
      .bytes(),
  }),
);
pt('torch-zip.storage-type-is-callable', 'own', 'suspicious', () =>
  torchZip({
    pickle: asm()
      .proto(2)
      .mark()
      .binunicode('storage')
      .global('os', 'system')
      .binunicode('0')
      .binunicode('cpu')
      .binint1(4)
      .tuple()
      .binpersid()
      .stop()
      .bytes(),
  }),
);
pt('torch-zip.storage-key-traversal', 'own', 'not-clean', () =>
  torchZip({
    pickle: asm()
      .proto(2)
      .mark()
      .binunicode('storage')
      .global('torch', 'FloatStorage')
      .binunicode('../../../etc/passwd')
      .binunicode('cpu')
      .binint1(4)
      .tuple()
      .binpersid()
      .stop()
      .bytes(),
  }),
);
pt('torch-zip.setitem-on-tensor', 'CVE-2026-24747', 'suspicious', () =>
  torchZip({ pickle: pushTensor(asm().proto(2)).binint1(0).binint1(1).setitem().stop().bytes() }),
);
pt('torch-zip.tensor-beyond-storage', 'CVE-2026-24747', 'not-clean', () =>
  torchZip({
    pickle: asm()
      .proto(2)
      .global('torch._utils', '_rebuild_tensor_v2')
      .mark()
      .mark()
      .binunicode('storage')
      .global('torch', 'FloatStorage')
      .binunicode('0')
      .binunicode('cpu')
      .binint1(4)
      .tuple()
      .binpersid()
      .binint1(0)
      .binint(1_000_000)
      .tuple1()
      .binint1(1)
      .tuple1()
      .newfalse()
      .global('collections', 'OrderedDict')
      .emptyTuple()
      .reduce()
      .tuple()
      .reduce()
      .stop()
      .bytes(),
  }),
);
pt('torch-zip.torchscript-code', 'own', 'not-clean', () =>
  torchZip({
    pickle: evil(),
    extra: [
      { name: 'archive/constants.pkl', data: asm().proto(2).emptyTuple().stop().bytes() },
      {
        name: 'archive/code/__torch__/m.py',
        data: `def forward(self, x):\n  ops.aten.save(x, "/tmp/VOUCHSAFE-MARKER")\n  return x\n`,
      },
    ],
  }),
);
pt('torch-zip.package', 'own', 'not-clean', () =>
  torchZip({
    extra: [
      { name: 'archive/.data/extern_modules', data: 'os\n' },
      { name: 'archive/m.py', data: CODE },
    ],
  }),
);

function hooked(): Uint8Array {
  const a = asm().proto(2).global('torch._utils', '_rebuild_tensor_v2').mark();
  a.mark()
    .binunicode('storage')
    .global('torch', 'FloatStorage')
    .binunicode('0')
    .binunicode('cpu')
    .binint1(4)
    .tuple()
    .binpersid();
  a.binint1(0)
    .binint1(4)
    .tuple1()
    .binint1(1)
    .tuple1()
    .newtrue()
    .emptyDict()
    .binint1(0)
    .global('os', 'system')
    .setitem();
  return a.tuple().reduce().stop().bytes();
}

// Nested.
const layers: readonly (readonly [string, string, (data: Uint8Array) => Uint8Array])[] = [
  ['zip', 'a.zip', (data) => zip([{ name: 'inner', data, method: 'deflate' }])],
  ['tar', 'a.tar', (data) => tar([{ name: 'inner', data }])],
  ['gzip', 'a.gz', (data) => new Uint8Array(gzipSync(data))],
  ['zlib', 'a.z', (data) => new Uint8Array(deflateSync(data))],
  ['zstd', 'a.zst', (data) => new Uint8Array(zstdCompressSync(data))],
  ['bz2', 'a.bz2', bzip],
  ['xz', 'a.xz', xz],
  ['lzma', 'a.lzma', lzmaAlone],
  ['lz4', 'a.lz4', lz4],
];
for (const [outer, file, wrap] of layers) {
  add(`nested.pickle-in-${outer}`, file, 'own', 'malicious', () => wrap(evil()));
  add(`nested.torch-zip-in-${outer}`, file, 'own', 'malicious', () => wrap(torchZip({ pickle: bad() })));
  for (const [inner, , wrapInner] of layers)
    add(`nested.pickle-in-${inner}-in-${outer}`, file, 'own', 'malicious', () => wrap(wrapInner(evil())));
}
add('nested.seven-deep', 'a.zip', 'own', 'malicious', () => {
  let all = evil();
  for (let depth = 0; depth < 6; depth += 1) all = zip([{ name: 'a.zip', data: all }]);
  return all;
});
add('nested.too-deep', 'a.zip', 'own', 'not-clean', () => {
  let all = evil();
  for (let depth = 0; depth < 30; depth += 1) all = zip([{ name: 'a.zip', data: all }]);
  return all;
});
add('nested.gzip-two-members', 'a.gz', 'own', 'malicious', () => concat(gzipSync(''), gzipSync(evil())));
add('nested.gzip-tail', 'a.gz', 'own', 'not-clean', () => concat(gzipSync(safe()), evil()));
add('nested.gzip-bad-crc', 'a.gz', 'own', 'malicious', () => {
  const all = new Uint8Array(gzipSync(evil()));
  return patched(all, all.length - 8, [1, 2, 3, 4]);
});
add('nested.gzip-cut', 'a.gz', 'own', 'not-clean', () => new Uint8Array(gzipSync(evil())).slice(0, -12));
add(
  'nested.tar-gzip',
  'a.tar.gz',
  'own',
  'malicious',
  () => new Uint8Array(gzipSync(tar([{ name: 'model.pkl', data: evil() }]))),
);

// Tar.
add('tar.member-any-name', 'a.tar', 'own', 'malicious', () => tar([{ name: 'readme.txt', data: evil() }]));
add('tar.after-end', 'a.tar', 'own', 'malicious', () =>
  tar([{ name: 'a', data: 'x' }], concat(new Uint8Array(1024), tar([{ name: 'b.pkl', data: evil() }]))),
);
add('tar.bad-checksum', 'a.tar', 'own', 'not-clean', () =>
  tar([
    { name: 'a', data: 'x' },
    { name: 'b.pkl', data: evil(), badChecksum: true },
  ]),
);
add('tar.traversal', 'a.tar', 'CVE-2025-12060', 'suspicious', () => tar([{ name: '../../tmp/x', data: 'x' }]));
add('tar.absolute', 'a.tar', 'CVE-2025-12060', 'suspicious', () => tar([{ name: '/etc/x', data: 'x' }]));
add('tar.symlink-out', 'a.tar', 'CVE-2025-12060', 'suspicious', () =>
  tar([{ name: 'l', type: '2', linkName: '/etc/passwd' }]),
);
add('tar.hardlink-out', 'a.tar', 'CVE-2025-12060', 'suspicious', () =>
  tar([{ name: 'l', type: '1', linkName: '../../etc/passwd' }]),
);
add('tar.device', 'a.tar', 'own', 'not-clean', () => tar([{ name: 'd', type: '3' }]));
add('tar.long-name', 'a.tar', 'own', 'malicious', () =>
  tar([
    { name: '././@LongLink', type: 'L', data: `${'a/'.repeat(100)}model.txt\0` },
    { name: 'a', data: evil() },
  ]),
);
add('tar.pax-renames', 'a.tar', 'own', 'malicious', () =>
  tar([
    { name: 'pax', type: 'x', data: '21 path=../model.pkl\n' },
    { name: 'a', data: evil() },
  ]),
);
add('tar.size-lies', 'a.tar', 'own', 'not-clean', () => tar([{ name: 'a', data: 'x', claimedSize: 2 ** 30 }]));
add('tar.unknown-type', 'a.tar', 'own', 'malicious', () => tar([{ name: 'a.pkl', type: 'Z', data: evil() }]));

// Torch legacy and tar.
for (const part of ['magic', 'protocol', 'system', 'object', 'keys'] as const) {
  pt(`torch-legacy.payload-in-${part}`, 'protectai/modelscan#338', 'malicious', () => torchLegacy({ [part]: evil() }));
  pt(`torch-legacy.stacked-before-${part}`, 'own', 'not-clean', () =>
    torchLegacy({ [part]: concat(evil(), asm().proto(2).none().stop().bytes()) }),
  );
}
pt('torch-legacy.state-dict', 'own', 'malicious', () => torchLegacy({ object: stateDict(payload, true) }));
pt('torch-legacy.tail', 'own', 'not-clean', () => torchLegacy({}, evil()));
pt('torch-legacy.key-missing', 'safetensors.md: uninitialised heap', 'not-clean', () =>
  torchLegacy({ keys: asm().proto(2).emptyList().stop().bytes() }),
);
pt('torch-legacy.key-extra', 'own', 'not-clean', () =>
  torchLegacy({ keys: asm().proto(2).emptyList().mark().binunicode('0').binunicode('1').appends().stop().bytes() }),
);
pt('torch-legacy.magic-forged', 'mmaitre314/picklescan pytorch_magic_bypass', 'malicious', () =>
  torchLegacy({ magic: concat(asm().proto(2).long1(0x1950a86a20f9469cfc6cn).pop().bytes(), evil().slice(2)) }),
);
pt('torch-legacy.module-persistent-id', 'own', 'not-clean', () =>
  torchLegacy({
    object: asm()
      .proto(2)
      .mark()
      .binunicode('module')
      .global('torch.nn.modules.linear', 'Linear')
      .binunicode('/tmp/x.py')
      .binunicode(CODE)
      .tuple()
      .binpersid()
      .stop()
      .bytes(),
  }),
);
for (const part of ['pickle', 'storages', 'tensors', 'system'] as const) {
  add(`torch-tar.payload-in-${part}`, 'model.pt', 'torch 0.1.1', 'malicious', () => torchTar({ [part]: evil() }));
}
add('torch-tar.storages-second', 'model.pt', 'torch 0.1.1', 'malicious', () =>
  torchTar({ storages: concat(asm().proto(2).binint1(1).stop().bytes(), evil()) }),
);
add('torch-tar.tensors-second', 'model.pt', 'torch 0.1.1', 'malicious', () =>
  torchTar({ tensors: concat(asm().proto(2).binint1(1).stop().bytes(), evil()) }),
);

// joblib.
const codecs: readonly (readonly [string, (data: Uint8Array) => Uint8Array])[] = [
  ['zlib', (data) => new Uint8Array(deflateSync(data))],
  ['gzip', (data) => new Uint8Array(gzipSync(data))],
  ['bz2', bzip],
  ['xz', xz],
  ['lzma', lzmaAlone],
  ['lz4', lz4],
];
for (const [name, compress] of codecs) {
  add(`joblib.${name}`, 'model.joblib', 'own', 'malicious', () => compress(evil()));
  add(`joblib.${name}-named-pkl`, 'model.pkl', 'own', 'malicious', () => compress(evil()));
  add(`joblib.${name}-array-then-payload`, 'model.joblib', 'own', 'malicious', () =>
    compress(joblibWithArray(payload, { aligned: true })),
  );
  add(`joblib.${name}-cut`, 'model.joblib', 'own', 'not-clean', () => {
    const all = compress(
      concat(
        evil(),
        new Uint8Array(5000).map((_, i) => (i * 7919) & 255),
      ),
    );
    return all.slice(0, all.length - 9);
  });
}
add('joblib.array-then-payload', 'model.joblib', 'own', 'malicious', () => joblibWithArray(payload));
add('joblib.array-aligned-then-payload', 'model.joblib', 'own', 'malicious', () =>
  joblibWithArray(payload, { aligned: true }),
);
add('joblib.two-arrays-then-payload', 'model.joblib', 'own', 'malicious', () =>
  joblibWithArray((a) => a.raw(joblibWithArray(payload).slice(2, -1))),
);
add('joblib.array-hides-payload-as-data', 'model.joblib', 'own', 'not-clean', () =>
  concat(
    joblibWithArray((a) => a.none()),
    evil(),
  ),
);
add('joblib.object-array', 'model.joblib', 'own', 'malicious', () =>
  asm()
    .proto(4)
    .global('joblib.numpy_pickle', 'NumpyArrayWrapper')
    .emptyTuple()
    .newobj()
    .emptyDict()
    .mark()
    .text('subclass')
    .global('numpy', 'ndarray')
    .text('shape')
    .binint1(1)
    .tuple1()
    .text('order')
    .text('C')
    .text('dtype')
    .global('numpy', 'dtype')
    .text('O8')
    .newfalse()
    .newtrue()
    .tuple3()
    .reduce()
    .text('allow_mmap')
    .newfalse()
    .setitems()
    .build()
    .raw(evil())
    .stop()
    .bytes(),
);
add('joblib.ndarray-wrapper', 'model.joblib', 'own', 'not-clean', () =>
  asm()
    .proto(2)
    .global('joblib.numpy_pickle', 'NDArrayWrapper')
    .emptyTuple()
    .newobj()
    .emptyDict()
    .mark()
    .binunicode('filename')
    .binunicode('/etc/passwd')
    .binunicode('subclass')
    .global('numpy', 'ndarray')
    .setitems()
    .build()
    .stop()
    .bytes(),
);
add('joblib.zfile', 'model.joblib', 'own', 'not-clean', () =>
  concat('ZF', `0x${evil().length.toString(16)}`.padEnd(19, ' '), deflateSync(evil())),
);

// numpy.
add('numpy.object-array', 'a.npy', 'CVE-2019-6446', 'malicious', () => npy(evil()));
add('numpy.object-array-v2', 'a.npy', 'CVE-2019-6446', 'malicious', () => npy(evil(), { version: 2 }));
add('numpy.object-array-v3', 'a.npy', 'CVE-2019-6446', 'malicious', () => npy(evil(), { version: 3 }));
add('numpy.object-array-no-extension', 'a', 'CVE-2019-6446', 'malicious', () => npy(evil()));
add('numpy.structured-object', 'a.npy', 'own', 'malicious', () =>
  npy(evil(), { header: "{'descr': [('a', '|O')], 'fortran_order': False, 'shape': (1,)}" }),
);
add('numpy.header-code', 'a.npy', 'own', 'not-clean', () =>
  npy('', { header: `{'descr': '<f4', 'shape': ${CODE}, 'fortran_order': False}` }),
);
add('numpy.tail-pickle', 'a.npy', 'own', 'not-clean', () =>
  npy(concat(new Uint8Array(16), evil()), { descr: '<f4', shape: '(4,)' }),
);
add('numpy.short-data', 'a.npy', 'own', 'not-clean', () =>
  npy(new Uint8Array(3), { descr: '<f4', shape: '(1000000,)' }),
);
add('numpy.huge-shape', 'a.npy', 'own', 'not-clean', () =>
  npy(new Uint8Array(3), { descr: '<f4', shape: '(9223372036854775807, 9223372036854775807)' }),
);
add('numpy.two-arrays', 'a.npy', 'own', 'not-clean', () =>
  concat(npy(new Uint8Array(16), { descr: '<f4', shape: '(4,)' }), npy(evil())),
);
add('numpy.fallback-to-pickle', 'a.npy', 'own', 'malicious', evil);
add('numpy.npz', 'a.npz', 'CVE-2019-6446', 'malicious', () => zip([{ name: 'a.npy', data: npy(evil()) }]));
add('numpy.npz-compressed', 'a.npz', 'CVE-2019-6446', 'malicious', () =>
  zip([{ name: 'a.npy', data: npy(evil()), method: 'deflate' }]),
);
add('numpy.npz-member-no-extension', 'a.npz', 'own', 'malicious', () => zip([{ name: 'a', data: npy(evil()) }]));
add('numpy.npz-raw-pickle-member', 'a.npz', 'own', 'malicious', () => zip([{ name: 'a.npy', data: evil() }]));
add('numpy.npz-second-member', 'a.npz', 'own', 'malicious', () =>
  zip([
    { name: 'a.npy', data: npy(new Uint8Array(16), { descr: '<f4', shape: '(4,)' }) },
    { name: 'b.npy', data: npy(evil()) },
  ]),
);

// Zip in general.
const locked = (data: Bytes): ZipMember => ({ name: 'model.pkl', data: opaque(data), localFlags: 1, centralFlags: 1 });
add('zip.password', 'a.zip', 'own', 'not-clean', () => zip([locked(concat(new Uint8Array(12), evil()))]));
add('zip.password-one-of-two', 'a.zip', 'own', 'not-clean', () =>
  zip([{ name: 'readme.txt', data: 'hello' }, locked(concat(new Uint8Array(12), evil()))]),
);
add('zip.wrong-extension', 'a.txt', 'mmaitre314/picklescan malicious1_wrong_ext', 'malicious', () =>
  zip([{ name: 'data.pkl', data: evil() }]),
);
add('zip.empty-name', 'a.zip', 'own', 'malicious', () => zip([{ name: '', data: evil() }]));
add('zip.directory-with-data', 'a.zip', 'own', 'malicious', () => zip([{ name: 'dir/', data: evil() }]));
add('zip.overlap', 'a.zip', 'own', 'malicious', () =>
  zip([
    { name: 'a', data: evil() },
    { name: 'b', data: 'x', omit: 'local' },
  ]),
);
add('zip.bomb', 'a.zip', 'own', 'not-clean', () =>
  zip([{ name: 'a', data: new Uint8Array(120_000_000), method: 'deflate', centralSize: 10 }]),
);
add('zip.executable-prefix', 'a.zip', 'own', 'not-clean', () =>
  zip([{ name: 'a.txt', data: 'x' }], { prefix: concat([0x7f], 'ELF', new Uint8Array(200)) }),
);
add('zip.comment-hides-second-end', 'a.zip', 'own', 'malicious', () => {
  const inner = zip([{ name: 'data.pkl', data: evil() }]);
  return zip([{ name: 'a.txt', data: 'x' }], { comment: inner.slice(-22), prefix: inner });
});
add('zip.opaque-7z', 'a.7z', 'nullifAI', 'not-clean', () =>
  concat(
    [0x37, 0x7a, 0xbc, 0xaf, 0x27, 0x1c, 0, 4],
    new Uint8Array(200).map((_, i) => (i * 89) & 255),
  ),
);
add('zip.opaque-rar', 'a.rar', 'own', 'not-clean', () =>
  concat(
    'Rar!',
    [0x1a, 7, 1, 0],
    new Uint8Array(200).map((_, i) => (i * 89) & 255),
  ),
);

/** Archives, compressions and loaders. */
export const containerCases: readonly HostileCase[] = cases;
