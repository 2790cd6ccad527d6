/**
 * Measures a whole download, from blobs in a folder to the other end of a connection on this machine, with each algorithm that sealed chunks
 * may have. The registry seals with AES-256-GCM alone; this says what the choice is worth where more is done than opening chunks.
 *
 * usage: node bench/download-ciphers.ts [--mib N] [--rounds N]
 */
import { randomBytes } from 'node:crypto';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, get } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { parseArgs } from 'node:util';
import { readSealed, sealedSize, type SealedContent } from '../src/registry/contents/sealed-content.ts';
import { PAYLOAD_NONCE_BYTES, PayloadKey, PayloadSealer } from '../src/seal/payload.ts';
import type { Blobs } from '../src/store/blobs/blobs.ts';
import { openBlobs } from '../src/store/blobs/open-blobs.ts';

const ciphers = ['aes-256-gcm', 'chacha20-poly1305'] as const;
type Cipher = (typeof ciphers)[number];
const PIECE_BYTES = 1024 * 1024;
const { values } = parseArgs({
  options: { mib: { type: 'string', default: '500' }, rounds: { type: 'string', default: '5' } },
});
const bytes = Number(values.mib) * 1024 * 1024;
const rounds = Number(values.rounds);

async function seal(blobs: Blobs, cipher: Cipher): Promise<SealedContent> {
  const salt = randomBytes(PAYLOAD_NONCE_BYTES);
  const key = PayloadKey.derive(randomBytes(32), salt, cipher);
  const pieces = async function* (): AsyncGenerator<Uint8Array> {
    const sealer = new PayloadSealer(key);
    yield salt;
    for (let at = 0; at < bytes; at += PIECE_BYTES)
      yield Buffer.concat(sealer.push(randomBytes(Math.min(PIECE_BYTES, bytes - at))));
    yield Buffer.concat(sealer.finish());
  };
  const { digest } = await blobs.put(pieces(), { maxBytes: sealedSize(bytes) });
  return { sealedDigest: digest, bytes, key };
}

function receive(url: string): Promise<void> {
  return new Promise((resolve, reject) => {
    get(url, { agent: false }, (response) => {
      let received = 0;
      response.on('data', (piece: Buffer) => void (received += piece.length));
      response.once('error', reject);
      response.once('end', () => (received === bytes ? resolve() : reject(new Error(`${received} bytes came`))));
    }).once('error', reject);
  });
}

async function bench(folder: string): Promise<void> {
  const blobs = await openBlobs({ folder: { path: folder } });
  const contents = new Map<string, SealedContent>();
  for (const cipher of ciphers) contents.set(`/${cipher}`, await seal(blobs, cipher));
  const server = createServer((request, response) => {
    const content = contents.get(request.url ?? '');
    if (content === undefined) throw new Error(`there is no ${request.url}`);
    response.writeHead(200, { 'content-length': bytes });
    void pipeline(Readable.from(readSealed(blobs, content, { start: 0, end: bytes }), { objectMode: false }), response);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const origin = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  const seconds = new Map<Cipher, number[]>(ciphers.map((cipher) => [cipher, []]));
  for (let round = 0; round <= rounds; round += 1) {
    for (const cipher of ciphers) {
      const startedMs = performance.now();
      await receive(`${origin}/${cipher}`);
      // The first warms up.
      if (round > 0) seconds.get(cipher)?.push((performance.now() - startedMs) / 1000);
    }
  }
  server.close();
  console.log('| algorithm | MB/s, median |\n|---|---:|');
  for (const [cipher, all] of seconds) {
    const median = all.toSorted((one, other) => one - other)[Math.floor(all.length / 2)] ?? Number.NaN;
    console.log(`| ${cipher} | ${(bytes / 1e6 / median).toFixed(0)} |`);
  }
}

const folder = mkdtempSync(join(tmpdir(), 'vouchsafe-ciphers-'));
try {
  await bench(folder);
} finally {
  rmSync(folder, { recursive: true, force: true });
}
