import { createHash } from 'node:crypto';
import { inflateSync } from 'node:zlib';
import * as vectors from 'cctv-age';
import { describe, expect, test } from 'vitest';
import { BufferSource } from '../../src/bytes/source.ts';
import { SealError } from '../../src/seal/errors.ts';
import { parseIdentity } from '../../src/seal/keys/parse-keys.ts';
import { PassphraseIdentity } from '../../src/seal/keys/passphrase.ts';
import type { Identity } from '../../src/seal/recipient.ts';
import { SealedSource } from '../../src/seal/sealed-source.ts';
import { openStream } from '../../src/seal/sealed-stream.ts';

/** One file of C2SP's test kit for age (c2sp.org/CCTV/age): what must become of it, and the bytes. */
interface Vector {
  readonly expect: string;
  readonly payloadSha256: string;
  readonly isArmored: boolean;
  readonly identities: readonly Identity[];
  readonly file: Buffer;
}

/** What our codes are called there. */
const OUTCOMES: Readonly<Record<string, string>> = {
  'not-sealed': 'header failure',
  'header-malformed': 'header failure',
  'limit-exceeded': 'header failure',
  'header-mac': 'HMAC failure',
  'armor-malformed': 'armor failure',
  'no-match': 'no match',
  'payload-corrupt': 'payload failure',
  'payload-truncated': 'payload failure',
  'payload-trailing': 'payload failure',
};

function parseVector(bytes: Uint8Array): Vector {
  const all = Buffer.from(bytes);
  const end = all.indexOf('\n\n');
  const fields = all
    .toString('latin1', 0, end)
    .split('\n')
    .map((line) => [line.slice(0, line.indexOf(': ')), line.slice(line.indexOf(': ') + 2)] as const);
  const values = (name: string): string[] => fields.filter(([key]) => key === name).map(([, value]) => value);
  const body = all.subarray(end + 2);
  return {
    expect: values('expect')[0] ?? '',
    payloadSha256: values('payload')[0] ?? '',
    isArmored: values('armored')[0] === 'yes',
    identities: [
      ...values('identity').map((text) => parseIdentity(text, 'the vector')),
      ...values('passphrase').map((text) => new PassphraseIdentity(Buffer.from(text))),
    ],
    file: values('compressed')[0] === 'zlib' ? inflateSync(body) : body,
  };
}

interface Outcome {
  readonly name: string;
  /** Everything that was released before the end or the failure. */
  readonly content: Buffer;
}

/**
 * The kit tells its readers which files are armored. Ours finds out from the first line, so what has another first
 * line is no sealed file at all.
 */
function expected(vector: Vector): string {
  const isArmor = /^\s*-----BEGIN/.test(vector.file.toString('latin1'));
  return vector.expect === 'armor failure' && !isArmor ? 'header failure' : vector.expect;
}

async function openPieces(vector: Vector, pieceBytes: number): Promise<Outcome> {
  const released: Buffer[] = [];
  async function* pieces(): AsyncGenerator<Uint8Array> {
    for (let at = 0; at < vector.file.length; at += pieceBytes) yield vector.file.subarray(at, at + pieceBytes);
  }
  const failure = await attempt(async () => {
    for await (const parts of openStream(pieces(), vector.identities)) released.push(...parts);
  });
  return { name: failure, content: Buffer.concat(released) };
}

async function openRandomly(vector: Vector): Promise<Outcome> {
  let content = Buffer.alloc(0);
  const name = await attempt(async () => {
    const source = await SealedSource.open(new BufferSource(vector.file), vector.identities);
    content = Buffer.alloc(source.size);
    source.read(0, content);
  });
  return { name, content };
}

async function attempt(work: () => Promise<void>): Promise<string> {
  try {
    await work();
    return 'success';
  } catch (error) {
    if (!(error instanceof SealError)) throw error;
    return OUTCOMES[error.code] ?? error.code;
  }
}

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');
const all = Object.entries(vectors).filter((entry): entry is [string, Uint8Array] => entry[1] instanceof Uint8Array);

test('the kit is whole', () => {
  expect(all).toHaveLength(143);
});

describe.each(all)('C2SP/CCTV age: %s', (_, bytes) => {
  const vector = parseVector(bytes);

  test('opened as a stream', async () => {
    const outcome = await openPieces(vector, 1 << 20);
    expect(outcome.name).toBe(expected(vector));
    // The kit gives the digest of what may be released before a payload fails.
    if (vector.payloadSha256 !== '') expect(sha256(outcome.content)).toBe(vector.payloadSha256);
    else expect(outcome.content).toHaveLength(0);
  });

  test.runIf(vector.file.length < 5000)('opened byte by byte', async () => {
    const outcome = await openPieces(vector, 1);
    expect(outcome.name).toBe(expected(vector));
  });

  test.skipIf(vector.isArmored)('opened by random access', async () => {
    const outcome = await openRandomly(vector);
    expect(outcome.name).toBe(expected(vector));
    if (vector.expect === 'success') expect(sha256(outcome.content)).toBe(vector.payloadSha256);
  });
});
