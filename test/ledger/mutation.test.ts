import fc from 'fast-check';
import { expect, test } from 'vitest';
import { bundleHeader, bundleLines, readBundle } from '../../src/ledger/bundle.ts';
import { LedgerError } from '../../src/ledger/errors.ts';
import { parseEntry } from '../../src/ledger/entry.ts';
import { parseNote } from '../../src/ledger/note.ts';
import { parseProofFile } from '../../src/ledger/proof-file.ts';
import { parseEntryTile } from '../../src/ledger/tiles.ts';
import { verifyExport } from '../../src/ledger/verify.ts';
import { parseVerifierKey } from '../../src/ledger/verifier-key.ts';
import { parseCosignRequest } from '../../src/ledger/witness.ts';
import { nodeChecks, nodeHash } from '../../src/node/ledger/crypto.ts';
import { itemsOf, logTrust, makeLog, ORIGIN } from './fixture.ts';

const log = makeLog([4, 9]);
const header = bundleHeader({ origin: ORIGIN, size: 9, keys: [] });
const body = Buffer.concat(itemsOf(log).flatMap(bundleLines));

/** `ok`, or what was found; the code alone when nothing could be read. */
async function outcome(bytes: Uint8Array): Promise<string> {
  try {
    const source = await readBundle([header, bytes]);
    const { ok, problems } = await verifyExport(source, { trust: logTrust, hash: nodeHash, checks: nodeChecks });
    return ok ? 'ok' : (problems[0]?.code ?? 'not ok, without a problem');
  } catch (error) {
    if (error instanceof LedgerError) return error.code;
    throw error;
  }
}

test('an unchanged bundle is verified', async () => {
  expect(await outcome(body)).toBe('ok');
});

test('any changed byte of a bundle is found', async () => {
  await fc.assert(
    fc.asyncProperty(fc.nat(body.length - 1), fc.integer({ min: 1, max: 255 }), async (at, change) => {
      const bytes = Uint8Array.from(body);
      bytes[at] = (body[at] ?? 0) ^ change;
      expect(await outcome(bytes)).not.toBe('ok');
    }),
    { numRuns: 500 },
  );
});

test('any bytes left out of a bundle, or put in, are found', async () => {
  const place = fc.tuple(fc.nat(body.length - 1), fc.integer({ min: 1, max: 3000 }));
  await fc.assert(
    fc.asyncProperty(place, fc.uint8Array({ maxLength: 40 }), async ([at, length], put) => {
      const bytes = Buffer.concat([body.subarray(0, at), put, body.subarray(at + length)]);
      fc.pre(!bytes.equals(body));
      expect(await outcome(bytes)).not.toBe('ok');
    }),
    { numRuns: 300 },
  );
});

test('the parsers throw nothing but errors of the ledger', () => {
  const lines = fc.stringMatching(/^[ -~\n—]{0,200}$/u);
  const parsers = [parseNote, parseProofFile, parseCosignRequest, parseVerifierKey];
  const quiet = (work: () => unknown): void => {
    try {
      work();
    } catch (error) {
      if (!(error instanceof LedgerError)) throw error;
    }
  };
  fc.assert(
    fc.property(fc.oneof(lines, fc.string({ unit: 'binary' })), (text) => {
      for (const parse of parsers) quiet(() => parse(text));
      quiet(() => parseEntry(Buffer.from(text)));
      quiet(() => parseEntryTile(Buffer.from(text)));
    }),
  );
});
