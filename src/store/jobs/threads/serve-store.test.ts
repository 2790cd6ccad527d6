import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { makeTestStore, type TestStore } from '../../../../test/build/store.ts';
import { storeLimits } from '../../limits.ts';
import type { ToThread } from './messages.ts';
import { StoreServer } from './serve-store.ts';

describe('the records as a thread asks for them', () => {
  let test: TestStore;
  beforeEach(async () => {
    test = await makeTestStore();
  });
  afterEach(() => test.end());

  const draft = {
    class: 'entity-management',
    activity: 'test.write',
    actor: { kind: 'system', id: 'test' },
    outcome: 'success',
  } as const;
  const at = { change: 1, run: 1 };

  it('fails the change, not the process, when it records too much, and lets nothing in after that', async () => {
    let begun: (() => void) | undefined;
    const begin = new Promise<void>((resolve) => {
      begun = resolve;
    });
    const server = new StoreServer(test.store, (message: ToThread) => {
      if (message.type === 'begin') begun?.();
    });
    const answer = server.answer({ what: 'change', change: 1 });
    answer.catch(() => undefined);
    await begin;
    for (let count = 0; count <= storeLimits.maxEntriesPerChange; count += 1)
      server.tell({ type: 'record', at, draft });
    await expect(answer).rejects.toMatchObject({ code: 'statement-failed' });
    expect(() => server.tell({ type: 'record', at, draft })).not.toThrow();
    expect(await test.store.ledger.size()).toBe(0);
  });
});
