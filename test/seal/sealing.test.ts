import { randomBytes } from 'node:crypto';
import { array, assert, asyncProperty, constantFrom, integer, nat, property, tuple } from 'fast-check';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { encodeHeader, headerLength, parseHeader } from '../../src/seal/header.ts';
import { PassphraseIdentity, PassphraseRecipient } from '../../src/seal/keys/passphrase.ts';
import { sealLimits } from '../../src/seal/limits.ts';
import { CHUNK_BYTES, plainBytes, SEALED_CHUNK_BYTES, sealedBytes } from '../../src/seal/payload.ts';
import { rewrapHeader, startSeal } from '../../src/seal/sealed-header.ts';
import { readHeader, SealedSource } from '../../src/seal/sealed-source.ts';
import { inPieces, newIdentity, openBytes, refusal, sealBytes } from './sealing.ts';
import { openStream } from '../../src/seal/sealed-stream.ts';

const me = newIdentity();
const noise = randomBytes(4 * CHUNK_BYTES);

/** Sizes at which chunks begin and end, and what is one off. */
const sizes = [0, 1, 2, 3]
  .flatMap((chunks) => [-1, 0, 1].map((off) => chunks * CHUNK_BYTES + off))
  .filter((size) => size >= 0);

describe('contents of any size', () => {
  test.each(sizes)('%i bytes come back whole, and by random access', async (size) => {
    const content = noise.subarray(0, size);
    const sealed = await sealBytes(content, [me.recipient]);
    expect(sealed.length).toBe((headerLength(sealed) ?? 0) + 16 + sealedBytes(size));
    expect((await openBytes(sealed, [me])).equals(content)).toBe(true);
    const source = await SealedSource.open(new BufferSource(sealed), [me]);
    expect(source.size).toBe(size);
    const all = Buffer.alloc(size + 10);
    expect(source.read(0, all)).toBe(size);
    expect(all.subarray(0, size).equals(content)).toBe(true);
  });

  test('however a stream is cut, with armor and without', async () => {
    const pieceBytes = constantFrom(
      1,
      7,
      4096,
      CHUNK_BYTES - 1,
      CHUNK_BYTES,
      CHUNK_BYTES + 1,
      SEALED_CHUNK_BYTES,
      1 << 20,
    );
    await assert(
      asyncProperty(
        nat(3 * CHUNK_BYTES),
        pieceBytes,
        pieceBytes,
        constantFrom(true, false),
        async (size, one, other, isArmored) => {
          const content = noise.subarray(0, one === 1 || other === 1 ? size % 3000 : size);
          const sealed = await sealBytes(content, [me.recipient], { isArmored, pieceBytes: one });
          return (await openBytes(sealed, [me], other)).equals(content);
        },
      ),
      { numRuns: 60 },
    );
  });

  test('the length of a payload tells the size, and only possible lengths do', () => {
    for (const size of sizes) expect(plainBytes(sealedBytes(size))).toBe(size);
    for (const length of [0, 1, 15, SEALED_CHUNK_BYTES + 1, SEALED_CHUNK_BYTES + 16, 2 * SEALED_CHUNK_BYTES + 16]) {
      expect(() => plainBytes(length)).toThrow(/cut off/);
    }
  });
});

describe('random access', () => {
  test('any range equals the same range of the whole', async () => {
    const content = noise.subarray(0, 3 * CHUNK_BYTES + 1234);
    const source = await SealedSource.open(new BufferSource(await sealBytes(content, [me.recipient])), [me]);
    const range = integer({ min: 0, max: content.length + 100 });
    await assert(
      asyncProperty(range, nat(2 * CHUNK_BYTES), async (start, length) => {
        const into = Buffer.alloc(length, 0xee);
        const got = source.read(start, into);
        const expected = content.subarray(start, start + length);
        return got === expected.length && into.subarray(0, got).equals(expected);
      }),
      { numRuns: 200 },
    );
  });

  test('scattered reads stay right when chunks are forgotten and their memory is freed', async () => {
    const content = randomBytes(70 * CHUNK_BYTES + 123);
    const source = await SealedSource.open(new BufferSource(await sealBytes(content, [me.recipient])), [me]);
    assert(
      property(array(tuple(nat(content.length), constantFrom(1, 100, CHUNK_BYTES, 40 * CHUNK_BYTES))), (reads) => {
        for (const [offset, length] of reads) {
          const into = Buffer.alloc(length);
          const got = source.read(offset, into);
          expect(into.subarray(0, got).equals(content.subarray(offset, offset + length))).toBe(true);
        }
      }),
      { numRuns: 30 },
    );
  });

  test('reads the chunks it touches and no others', async () => {
    const sealed = await sealBytes(noise, [me.recipient]);
    const reads: number[] = [];
    const base = new BufferSource(sealed);
    const source = await SealedSource.open(
      { size: base.size, read: (offset, into) => (reads.push(into.length), base.read(offset, into)) },
      [me],
    );
    reads.length = 0;
    source.read(CHUNK_BYTES + 5, Buffer.alloc(10));
    source.read(CHUNK_BYTES + 500, Buffer.alloc(10));
    expect(reads).toEqual([SEALED_CHUNK_BYTES]);
  });

  test('a file cut off at a chunk is noticed when it is opened, not when its end is read', async () => {
    const sealed = await sealBytes(noise, [me.recipient]);
    const payload = (headerLength(sealed) ?? 0) + 16;
    const cut = new BufferSource(sealed.subarray(0, payload + 2 * SEALED_CHUNK_BYTES));
    expect(await refusal(() => SealedSource.open(cut, [me]))).toBe('payload-truncated');
  });
});

describe('what was changed is refused', () => {
  const content = noise.subarray(0, 2 * CHUNK_BYTES + 100);
  const sealing = sealBytes(content, [me.recipient]);

  async function outcomes(sealed: Buffer): Promise<string[]> {
    const byStream = await refusal(() => openBytes(sealed, [me]));
    const byAccess = await refusal(async () => {
      const source = await SealedSource.open(new BufferSource(sealed), [me]);
      source.read(0, Buffer.alloc(source.size));
    });
    return [byStream, byAccess];
  }

  test('any flipped bit', async () => {
    const sealed = await sealing;
    await assert(
      asyncProperty(nat(sealed.length * 8 - 1), async (bit) => {
        const changed = Buffer.from(sealed);
        const at = Math.floor(bit / 8);
        changed.writeUInt8(changed.readUInt8(at) ^ (1 << (bit % 8)), at);
        expect(await outcomes(changed)).not.toContain('accepted');
      }),
      { numRuns: 120 },
    );
  });

  test('any bit of the header', async () => {
    const sealed = await sealing;
    const length = headerLength(sealed) ?? 0;
    for (let at = 0; at < length + 16; at += 1) {
      const changed = Buffer.from(sealed);
      changed.writeUInt8(changed.readUInt8(at) ^ 1, at);
      expect(await outcomes(changed), `byte ${at}`).not.toContain('accepted');
    }
  });

  test('any truncation, with nothing released that is not a prefix of the content', async () => {
    const sealed = await sealing;
    await assert(
      asyncProperty(nat(sealed.length - 1), async (length) => {
        const released: Buffer[] = [];
        const code = await refusal(async () => {
          for await (const parts of openStream(inPieces(sealed.subarray(0, length)), [me])) released.push(...parts);
        });
        const start = Buffer.concat(released);
        expect(code).not.toBe('accepted');
        expect(start.equals(content.subarray(0, start.length))).toBe(true);
      }),
      { numRuns: 80 },
    );
  });

  test('swapped chunks, repeated chunks, left out chunks, appended bytes', async () => {
    const sealed = await sealing;
    const payload = (headerLength(sealed) ?? 0) + 16;
    const chunk = (index: number): Buffer =>
      sealed.subarray(payload + index * SEALED_CHUNK_BYTES, payload + (index + 1) * SEALED_CHUNK_BYTES);
    const start = sealed.subarray(0, payload);
    const variants = [
      [chunk(1), chunk(0), chunk(2)],
      [chunk(0), chunk(0), chunk(1), chunk(2)],
      [chunk(0), chunk(2)],
      [chunk(0), chunk(1)],
      [chunk(0), chunk(1), chunk(2), Buffer.of(0)],
      [chunk(0), chunk(1), chunk(2), chunk(2)],
    ];
    for (const [index, parts] of variants.entries()) {
      expect(await outcomes(Buffer.concat([start, ...parts])), `variant ${index}`).not.toContain('accepted');
    }
    const whole = [chunk(0), chunk(1), chunk(2)];
    expect(await outcomes(Buffer.concat([start, ...whole]))).toEqual(['accepted', 'accepted']);
  });

  test('the payload of another file under this header', async () => {
    const [one, other] = [await sealing, await sealBytes(content, [me.recipient])];
    const [oneLength, otherLength] = [headerLength(one) ?? 0, headerLength(other) ?? 0];
    const mixed = Buffer.concat([one.subarray(0, oneLength), other.subarray(otherLength)]);
    expect(await outcomes(mixed)).toEqual(['payload-corrupt', 'payload-truncated']);
  });

  test('another identity, and bytes that are no age file', async () => {
    expect(await refusal(async () => openBytes(await sealing, [newIdentity()]))).toBe('no-match');
    await assert(
      asyncProperty(array(nat(255), { maxLength: 200 }), async (bytes) => {
        const start = Buffer.from('age-encryption.org/v1\n');
        for (const file of [Buffer.from(bytes), Buffer.concat([start, Buffer.from(bytes)])]) {
          expect(await refusal(() => openBytes(file, [me]))).not.toBe('accepted');
        }
      }),
      { numRuns: 200 },
    );
  });
});

describe('headers', () => {
  test('of a million stanzas cost no more than the limit allows', async () => {
    const stanza = '-> grease x\n\n';
    const file = Buffer.from(`age-encryption.org/v1\n${stanza.repeat(1_000_000)}--- ${'A'.repeat(43)}\n`);
    expect(await refusal(() => openBytes(file, [me]))).toBe('limit-exceeded');
    expect(await refusal(() => readHeader(new BufferSource(file)))).toBe('limit-exceeded');
    const fewer = Buffer.from(`age-encryption.org/v1\n${stanza.repeat(10_000)}--- ${'A'.repeat(43)}\n`);
    expect(await refusal(() => openBytes(fewer, [me]))).toBe('limit-exceeded');
  });

  test('that never end are read up to the limit only', async () => {
    let given = 0;
    async function* endless(): AsyncGenerator<Uint8Array> {
      yield Buffer.from('age-encryption.org/v1\n-> x\n');
      for (;;) {
        given += 65;
        yield Buffer.from(`${'A'.repeat(64)}\n`);
      }
    }
    const code = await refusal(async () => {
      for await (const _ of openStream(endless(), [me])) throw new Error('something came out');
    });
    expect(code).toBe('limit-exceeded');
    expect(given).toBeLessThan(5 * 1024 * 1024);
  });

  test.each([
    ['stanzas', 'maxStanzas', sealLimits.maxStanzas, { args: ['X25519', 'x'], body: Buffer.alloc(32) }],
    ['bytes', 'maxHeaderBytes', 1000, { args: ['mlkem768x25519', 'x'], body: Buffer.alloc(5000) }],
    ['keys of a service', 'maxProviderCalls', 16, { args: ['vouchsafe/vault-transit', 'x'], body: Buffer.alloc(32) }],
  ])('of more %s than can be opened again are not made (%s)', async (_, limit, most, stanza) => {
    const make = (count: number): Buffer => encodeHeader(Array<typeof stanza>(count).fill(stanza), randomBytes(16));
    expect(() => make(limit === 'maxHeaderBytes' ? most / 2 : most)).not.toThrow();
    expect(await refusal(() => make(most + 1))).toBe('limit-exceeded');
    expect(() => make(most + 1)).toThrow(limit);
  });

  test('survive a round trip, whatever the lengths of their bodies', () => {
    const fileKey = randomBytes(16);
    const stanzas = [0, 1, 31, 32, 47, 48, 49, 95, 96, 97].map((length) => ({
      args: ['x', 'y'],
      body: randomBytes(length),
    }));
    const bytes = encodeHeader(stanzas, fileKey);
    expect(headerLength(bytes)).toBe(bytes.length);
    expect(parseHeader(bytes).stanzas).toEqual(stanzas);
  });

  test('a passphrase stands alone, and post-quantum recipients do not stand beside classical ones', async () => {
    const passphrase = new PassphraseRecipient(Buffer.from('x'), 10);
    const quantum = newIdentity(true).recipient;
    expect(await refusal(() => startSeal([], 'x'))).toBe('recipients-missing');
    expect(await refusal(() => startSeal([passphrase, me.recipient], 'x'))).toBe('recipients-mixed');
    expect(await refusal(() => startSeal([quantum, me.recipient], 'x'))).toBe('recipients-mixed');
    expect(await refusal(() => startSeal([quantum, newIdentity(true).recipient], 'x'))).toBe('accepted');
  });

  test('a passphrase of another work factor opens, a wrong one does not', async () => {
    const sealed = await sealBytes(noise, [new PassphraseRecipient(Buffer.from('correct horse'), 11)]);
    expect((await openBytes(sealed, [new PassphraseIdentity(Buffer.from('correct horse'))])).equals(noise)).toBe(true);
    expect(await refusal(() => openBytes(sealed, [new PassphraseIdentity(Buffer.from('battery'))]))).toBe('no-match');
  });
});

describe('rewrapping a header', () => {
  const content = noise.subarray(0, 1000);
  const [other, third] = [newIdentity(), newIdentity()];

  test('adds or exchanges recipients and keeps the payload', async () => {
    const sealed = await sealBytes(content, [me.recipient]);
    const length = headerLength(sealed) ?? 0;
    const settings = { identities: [me], recipients: [other.recipient], artifact: 'x' };
    for (const isReplacing of [false, true]) {
      const header = await rewrapHeader(sealed.subarray(0, length), { ...settings, isReplacing });
      const rewrapped = Buffer.concat([header, sealed.subarray(length)]);
      expect((await openBytes(rewrapped, [other])).equals(content)).toBe(true);
      expect(await refusal(() => openBytes(rewrapped, [me]))).toBe(isReplacing ? 'no-match' : 'accepted');
      expect(await refusal(() => openBytes(rewrapped, [third]))).toBe('no-match');
    }
  });

  test('keeps the rules of mixing', async () => {
    const header = readHeader(new BufferSource(await sealBytes(content, [me.recipient])));
    const add = (recipients: Parameters<typeof rewrapHeader>[1]['recipients'], isReplacing: boolean): Promise<string> =>
      refusal(() => rewrapHeader(header, { identities: [me], recipients, isReplacing, artifact: 'x' }));
    expect(await add([newIdentity(true).recipient], false)).toBe('recipients-mixed');
    expect(await add([newIdentity(true).recipient], true)).toBe('accepted');
    expect(await add([new PassphraseRecipient(Buffer.from('x'), 10)], false)).toBe('recipients-mixed');
    expect(await add([], false)).toBe('accepted');
  });
});
