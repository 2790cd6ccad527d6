import { describe, expect, test } from 'vitest';
import { signCheckpoint } from '../../src/ledger/checkpoint.ts';
import { buildProof, consistencyNodes } from '../../src/ledger/proof-nodes.ts';
import { CompactRange, emptyRoot, type TreeCoordinate } from '../../src/ledger/tree.ts';
import {
  decideCosignature,
  formatCosignRequest,
  parseCosignRequest,
  type WitnessedHead,
} from '../../src/ledger/witness.ts';
import { draftOf, logSigners, logTrust, makeLog, newSigner, ORIGIN } from './fixture.ts';

const log = makeLog([30]);
const nodes = new Map<string, Uint8Array>();
const range = new CompactRange();
for (const leaf of log.leaves) {
  for (const { level, index, hash } of range.append(leaf)) nodes.set(`${level}/${index}`, hash);
}
const read = ({ level, index }: TreeCoordinate): Uint8Array => nodes.get(`${level}/${index}`) ?? expect.fail();
const noteAt = (size: number): string => signCheckpoint(log.checkpointAt(size), logSigners);

function proofOf(size1: number, size2: number): Uint8Array[] {
  const wanted = consistencyNodes(size1, size2);
  return [...buildProof(wanted, wanted.nodes.map(read))];
}

const seen = (size: number): WitnessedHead => ({ size, root: log.checkpointAt(size).root });

function decide(body: string, last: WitnessedHead | null, trust = logTrust): ReturnType<typeof decideCosignature> {
  return decideCosignature(body, (origin) => (origin === ORIGIN ? { trust, last } : null));
}

const request = (oldSize: number, size: number, proof = proofOf(oldSize, size)): string =>
  formatCosignRequest({ oldSize, proof, checkpoint: noteAt(size) });

describe('a witness', () => {
  test('cosigns whatever goes on from what it saw', () => {
    for (let size = 0; size <= 30; size += 1) {
      for (let old = 0; old <= size; old += 1) {
        expect(decide(request(old, size), old === 0 ? null : seen(old)).status).toBe(200);
      }
    }
  });

  test('tells a log that is not known', () => {
    const other = signCheckpoint({ ...log.checkpointAt(3), origin: 'other' }, logSigners);
    expect(decide(formatCosignRequest({ oldSize: 0, proof: [], checkpoint: other }), null).status).toBe(404);
  });

  test('takes no word of a stranger', () => {
    const stranger = { keys: [newSigner(ORIGIN, 'ed25519').key] };
    expect(decide(request(0, 3), null, stranger).status).toBe(403);
    const forged = request(0, 3).replace('\n3\n', '\n4\n');
    expect(decide(forged, null).status).toBe(403);
  });

  test('says what it saw last when the log is behind or ahead of it', () => {
    expect(decide(request(5, 20), seen(10))).toMatchObject({ status: 409, size: 10 });
    expect(decide(request(15, 20), seen(10))).toMatchObject({ status: 409, size: 10 });
    expect(decide(request(0, 20), seen(10))).toMatchObject({ status: 409, size: 10 });
    expect(decide(request(5, 20), null)).toMatchObject({ status: 409, size: 0 });
  });

  test('never cosigns a smaller tree', () => {
    expect(decide(request(10, 10), seen(20))).toMatchObject({ status: 409 });
    const smaller = formatCosignRequest({ oldSize: 20, proof: [], checkpoint: noteAt(10) });
    expect(decide(smaller, seen(20)).status).toBe(400);
  });

  test('never cosigns a fork', () => {
    const fork = makeLog([20], (index) => draftOf(index === 3 ? 4 : index));
    const checkpoint = fork.notes.get(20) ?? '';
    expect(decide(formatCosignRequest({ oldSize: 10, proof: proofOf(10, 20), checkpoint }), seen(10)).status).toBe(422);
    expect(decide(formatCosignRequest({ oldSize: 20, proof: [], checkpoint }), seen(20)).status).toBe(422);
    expect(decide(request(10, 20, proofOf(11, 20)), seen(10)).status).toBe(422);
    expect(decide(request(10, 20, []), seen(10)).status).toBe(422);
  });

  test('takes no proof from nothing, and no root of its own for nothing', () => {
    expect(decide(request(0, 3, [emptyRoot()]), null).status).toBe(422);
    const empty = { origin: ORIGIN, size: 0, root: log.checkpointAt(1).root, extensions: [] };
    const body = formatCosignRequest({ oldSize: 0, proof: [], checkpoint: signCheckpoint(empty, logSigners) });
    expect(decide(body, null).status).toBe(422);
  });

  test.each<[string, string]>([
    ['nothing', ''],
    ['no old size', request(0, 3).replace('old 0', '0')],
    ['an old size with a leading zero', request(0, 3).replace('old 0', 'old 00')],
    ['a hash that is none', request(0, 3).replace('old 0\n', 'old 0\nAAAA\n')],
    ['64 hashes', request(0, 3).replace('old 0\n', `old 0\n${`${'A'.repeat(43)}=\n`.repeat(64)}`)],
    ['no checkpoint', 'old 0\n\n'],
    ['no signature', `old 0\n\n${ORIGIN}\n3\n${'A'.repeat(43)}=\n`],
  ])('refuses a request with %s', (_name, body) => {
    expect(decide(body, null).status).toBe(400);
  });

  test('is asked as c2sp.org/tlog-witness says', () => {
    const asked = { oldSize: 10, proof: proofOf(10, 20), checkpoint: noteAt(20) };
    expect(parseCosignRequest(formatCosignRequest(asked))).toEqual(asked);
    expect(request(10, 20)).toMatch(/^old 10\n(?:[A-Za-z0-9+/]{43}=\n)+\nledger\.example\.org\/main\n20\n/);
  });
});
