import { describe, expect, test } from 'vitest';
import { buildProof, inclusionNodes } from '../../src/ledger/proof-nodes.ts';
import { LedgerError } from '../../src/ledger/errors.ts';
import { formatProofFile, parseProofFile, verifyProofFile } from '../../src/ledger/proof-file.ts';
import { CompactRange, type TreeCoordinate } from '../../src/ledger/tree.ts';
import { logTrust, makeLog, newSigner, ORIGIN } from './fixture.ts';

const SIZE = 21;
const log = makeLog([SIZE]);
const nodes = new Map<string, Uint8Array>();
const range = new CompactRange();
for (const leaf of log.leaves) {
  for (const { level, index, hash } of range.append(leaf)) nodes.set(`${level}/${index}`, hash);
}
const read = ({ level, index }: TreeCoordinate): Uint8Array => nodes.get(`${level}/${index}`) ?? expect.fail();

function fileOf(index: number, withEntry = true): string {
  const wanted = inclusionNodes(index, SIZE);
  const proof = buildProof(wanted, wanted.nodes.map(read));
  const extra = withEntry ? log.entries[index] : undefined;
  return formatProofFile({ index, proof, checkpoint: log.notes.get(SIZE) ?? '', extra });
}

function codeOf(work: () => unknown): string {
  try {
    work();
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
  return 'nothing thrown';
}

describe('a proof in a file', () => {
  test('vouches for each entry, without anything else', () => {
    for (let index = 0; index < SIZE; index += 1) {
      const verified = verifyProofFile(fileOf(index), logTrust);
      expect(verified).toMatchObject({ index, entry: { id: `ent_${index}` }, checkpoint: { size: SIZE } });
    }
  });

  test('begins as c2sp.org/tlog-proof says', () => {
    expect(fileOf(3, false)).toMatch(
      /^c2sp\.org\/tlog-proof@v1\nindex 3\n(?:[A-Za-z0-9+/]{43}=\n){5}\nledger\.example\.org\/main\n21\n/,
    );
    expect(formatProofFile(parseProofFile(fileOf(3)))).toBe(fileOf(3));
  });

  test('needs the entry when it does not hold it', () => {
    expect(codeOf(() => verifyProofFile(fileOf(3, false), logTrust))).toBe('proof-invalid');
    const entry = log.entries[3] ?? expect.fail();
    expect(verifyProofFile(fileOf(3, false), logTrust, { entry }).index).toBe(3);
  });

  test('vouches for no other entry, index, or log', () => {
    const entry = log.entries[4] ?? expect.fail();
    expect(codeOf(() => verifyProofFile(fileOf(3), logTrust, { entry }))).toBe('proof-invalid');
    expect(codeOf(() => verifyProofFile(fileOf(3).replace('index 3', 'index 4'), logTrust))).toBe('proof-invalid');
    const stranger = { keys: [newSigner(ORIGIN, 'ed25519').key] };
    expect(codeOf(() => verifyProofFile(fileOf(3), stranger))).toBe('unknown-key');
  });

  test.each<[string, (file: string) => string]>([
    ['another first line', (file) => file.replace('@v1', '@v2')],
    ['no index', (file) => file.replace('index 3\n', '')],
    ['an index with a leading zero', (file) => file.replace('index 3', 'index 03')],
    ['no checkpoint', (file) => file.slice(0, file.indexOf('\n\n'))],
    ['extra that is no base64', (file) => file.replace('extra ', 'extra *')],
    ['a short hash', (file) => file.replace(/\n[A-Za-z0-9+/]{43}=\n/, '\nAAAA\n')],
    ['too many hashes', (file) => file.replace('index 3\n', `index 3\n${`${'A'.repeat(43)}=\n`.repeat(64)}`)],
  ])('is refused with %s', (_name, change) => {
    expect(codeOf(() => verifyProofFile(change(fileOf(3)), logTrust))).toBe('malformed');
  });
});
