import { expect, test } from 'vitest';
import { PeopleError } from '../errors.ts';
import { makePasswordHasher } from './password-hasher.ts';

const cost = { memoryKiB: 64, passes: 1, lanes: 1 };

test('says whether a hash is weaker than those made now', async () => {
  const old = await makePasswordHasher({ cost }).hash('correct horse');
  const hasher = makePasswordHasher({ cost: { ...cost, passes: 2 } });
  expect(await hasher.verify('correct horse', old)).toEqual({ matches: true, outdated: true });
  expect(await hasher.verify('wrong', old)).toEqual({ matches: false, outdated: false });
  expect(await hasher.verify('correct horse', await hasher.hash('correct horse'))).toEqual({
    matches: true,
    outdated: false,
  });
});

test('nobody has no password, not even the one that stands in for it', async () => {
  const hasher = makePasswordHasher({ cost });
  expect(await hasher.verify('nobody has this password', undefined)).toEqual({ matches: false, outdated: false });
});

test('somebody who has no password costs the same work as a wrong one', async () => {
  const hasher = makePasswordHasher({ cost: { memoryKiB: 8192, passes: 2, lanes: 1 } });
  const phc = await hasher.hash('correct horse');
  const time = async (known: string | undefined) => {
    const begun = performance.now();
    for (let i = 0; i < 10; i++) await hasher.verify('wrong', known);
    return performance.now() - begun;
  };
  await time(undefined);
  const [known, unknown] = [await time(phc), await time(undefined)];
  // Without the stand-in an unknown address would answer a hundred times faster.
  expect(unknown).toBeGreaterThan(known / 4);
});

test('a flood waits in a bounded queue, and beyond it is refused', async () => {
  const hasher = makePasswordHasher({ cost, maxRunning: 2, maxWaiting: 3 });
  const outcomes = await Promise.allSettled(Array.from({ length: 20 }, () => hasher.hash('x')));
  const refused = outcomes.filter(({ status }) => status === 'rejected');
  expect(refused).toHaveLength(15);
  expect(refused[0]).toMatchObject({ reason: expect.any(PeopleError) });
  expect(refused[0]).toMatchObject({ reason: { code: 'server-busy', httpStatus: 503 } });
  expect(await hasher.hash('x')).toContain('$argon2id$');
});
