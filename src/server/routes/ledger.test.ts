import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { makeLedgerOptions, type SigningOptions } from '../../../test/build/ledger-signers.ts';
import { makeTestStore, type TestStore } from '../../../test/build/store.ts';
import type { Route, RouteReply } from '../../contract/route.ts';
import { routes, type RouteId, type RouteOf } from '../../contract/routes/index.ts';
import { verifyCheckpoint } from '../../ledger/checkpoint.ts';
import { verifyProofFile } from '../../ledger/proof-file.ts';
import { verifyInclusion } from '../../ledger/proofs.ts';
import { fromBase64 } from '../../ledger/encoding.ts';
import { readTiles } from '../../ledger/tiles-export.ts';
import { verifyExport } from '../../ledger/verify.ts';
import type { Streamed } from './bind.ts';
import { ledgerBindings } from './ledger.ts';

const ADA = { kind: 'person', id: 'per_01J8Z3ABCDEFGHJKMNPQRSTVWX' } as const;

describe('the routes of the ledger', () => {
  let test: TestStore;
  let options: SigningOptions;

  beforeAll(async () => {
    options = makeLedgerOptions();
    test = await makeTestStore({ ledger: options });
    for (let at = 0; at < 300; at += 100) {
      await test.store.change(async ({ record }) => {
        for (let more = 0; more < 100; more += 1) {
          record({
            class: 'authentication',
            activity: 'session.sign-in',
            actor: ADA,
            outcome: 'success',
            reasons: ['the password was right'],
            personal: { address: '192.0.2.1' },
          });
        }
      });
      await test.store.ledger.exportBundle();
    }
  });
  afterAll(() => test.end());

  /** What the route answers, in the shape that the contract promises. */
  const ask = async <Id extends RouteId>(
    id: Id,
    input: { readonly params?: object; readonly query?: object } = {},
  ): Promise<RouteReply<RouteOf<Id>>> => {
    const route: Route | undefined = routes.find((one) => one.id === id);
    const call = {
      services: { store: test.store },
      caller: { principal: ADA, address: '192.0.2.7' },
      params: route?.params?.parse(input.params ?? {}),
      query: route?.query?.parse(input.query ?? {}),
    };
    const answer = await ledgerBindings.find((one) => one.id === id)?.answer(call as never);
    return (route?.reply === undefined ? answer : route.reply.parse(answer)) as RouteReply<RouteOf<Id>>;
  };
  const trust = () => ({ keys: options.signers.map(({ key }) => key), origin: options.origin });
  const contentOf = async (id: RouteId, params: object = {}): Promise<Uint8Array> => {
    const { content } = (await ask(id, { params })) as unknown as Streamed;
    const parts: Uint8Array[] = [];
    for await (const part of typeof content === 'string' || content instanceof Uint8Array ? [content] : content) {
      parts.push(Buffer.from(part as string));
    }
    return Buffer.concat(parts);
  };

  it('bind every route of the contract', () => {
    const bound = ledgerBindings.map(({ id }) => id).sort();
    expect(bound).toEqual(
      routes
        .map(({ id }) => id)
        .filter((id) => id.startsWith('ledger.'))
        .sort(),
    );
  });

  it('tell the state, pages of entries, and one with its leaf', async () => {
    expect(await ask('ledger.state')).toMatchObject({
      origin: options.origin,
      size: 300,
      retainedFrom: 0,
      witnesses: [],
    });
    const first = await ask('ledger.entries', { query: { limit: '200', activity: 'session.' } });
    expect(first.items.map(({ index }) => index)).toEqual(Array.from({ length: 200 }, (_, at) => 299 - at));
    const second = await ask('ledger.entries', { query: { limit: '200', cursor: first.next ?? '' } });
    expect(second).toMatchObject({ next: null });
    expect(second.items).toHaveLength(100);
    const detail = await ask('ledger.entry', { params: { index: '7' } });
    expect(detail).toMatchObject({
      index: 7,
      reasons: ['the password was right'],
      personal: [{ field: 'address', state: 'kept' }],
    });
    expect(detail.canonical).not.toContain('192.0.2.1');
    await expect(ask('ledger.entry', { params: { index: '300000' } })).rejects.toMatchObject({ httpStatus: 404 });
  });

  it('prove an entry, as JSON and as a file', async () => {
    const {
      index,
      treeSize: size,
      leafHash,
      hashes,
      checkpoint,
    } = await ask('ledger.inclusion', { params: { index: '42' } });
    const bytes = (text: string): Uint8Array => fromBase64(text) ?? new Uint8Array();
    const { root } = verifyCheckpoint(checkpoint, trust()).checkpoint;
    expect(verifyInclusion({ index, size, root, leafHash: bytes(leafHash), proof: hashes.map(bytes) })).toBe(true);
    const file = Buffer.from(await contentOf('ledger.proofFile', { index: '42' })).toString('utf8');
    expect(verifyProofFile(file, trust())).toMatchObject({ index: 42, entry: { activity: 'session.sign-in' } });
  });

  it('serve a log of tiles that verifies from its address alone', async () => {
    const read = async (path: string): Promise<Uint8Array | null> => {
      if (path === 'checkpoint') return contentOf('ledger.tlogCheckpoint');
      if (path === 'checkpoints') return contentOf('ledger.tlogCheckpoints');
      return contentOf('ledger.tlogTile', { '*': path.replace(/^tile\//, '') });
    };
    const stream = async (path: string) => {
      const bytes = await read(path);
      return bytes === null
        ? null
        : (async function* () {
            yield bytes;
          })();
    };
    const log = await readTiles({ read, stream }, { trust: trust() });
    const result = await verifyExport(log, { trust: trust() });
    expect(result).toMatchObject({ ok: true, problems: [], entries: 300 });
    expect(result.checkpoints).toBeGreaterThanOrEqual(3);
    expect(await ask('ledger.tlogKeys')).toHaveLength(2);
  });

  it('show personal data only after that was recorded', async () => {
    const { openings } = await ask('ledger.reveal', { params: { index: '7' } });
    expect(openings).toMatchObject([{ field: 'address', value: '192.0.2.1' }]);
    const { items } = await ask('ledger.entries', { query: { activity: 'ledger.reveal' } });
    expect(items).toMatchObject([{ actor: { id: ADA.id }, object: { kind: 'entry' }, outcome: 'success' }]);
  });
});
