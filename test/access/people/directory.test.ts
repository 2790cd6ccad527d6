import { afterEach, beforeEach, expect, test } from 'vitest';
import {
  disablePerson,
  enablePerson,
  erasePerson,
  resetFactors,
} from '../../../src/access/people/accounts/change-state.ts';
import { listPeople, showPerson } from '../../../src/access/people/accounts/directory.ts';
import { renamePerson } from '../../../src/access/people/accounts/rename.ts';
import { invite, inviteAgain } from '../../../src/access/people/invitations/invite.ts';
import { resolveSession } from '../../../src/access/people/sessions/resolve-session.ts';
import { signInWithPassword } from '../../../src/access/people/sign-in/sign-in-with-password.ts';
import {
  callerOf,
  client,
  codeOf,
  GOOD_PASSWORD,
  makeTestPeople,
  ORIGIN,
  type TestPeople,
} from '../../build/people.ts';
import { enrolPasskey, enrolTotp, makeAdministrator, makeMember } from '../../build/people-steps.ts';
import { SoftwareAuthenticator } from '../../build/software-authenticator.ts';
import { describeEachStore, type TestStore } from '../../build/store.ts';

describeEachStore('people as others see and change them', ({ makeStore }) => {
  let at: TestStore;
  let world: TestPeople;
  let administratorId: string;

  beforeEach(async () => {
    at = await makeStore();
    world = makeTestPeople(at.store);
    ({ personId: administratorId } = await makeAdministrator(world.people));
  });

  afterEach(async () => at.end());

  const by = () => callerOf(administratorId);
  const act = (personId: string, caller = by()) => ({ caller, personId, reason: 'as agreed' });

  test('a person is shown with state, factors and roles', async () => {
    const { people, roles, clock } = world;
    const { personId, token } = await makeMember(people);
    const { token: raised } = await enrolTotp(people, token);
    await enrolPasskey(people, raised, new SoftwareAuthenticator({ origin: ORIGIN }));
    roles.set(personId, ['engineer']);
    expect(await showPerson(people, personId)).toEqual({
      id: personId,
      name: 'Grace',
      email: 'grace@example.org',
      state: 'active',
      createdAt: new Date(clock.nowMs).toISOString(),
      lastSeenAt: new Date(clock.nowMs).toISOString(),
      factors: { password: true, totp: true, passkeys: 1, oidc: false },
      roles: ['engineer'],
    });
    expect(await codeOf(showPerson(people, 'per_00000000000000000000000000'))).toBe('person-unknown');
  });

  test('people are found by name and address, by state, and page by page', async () => {
    const { people, clock } = world;
    for (const name of ['50% Müller', 'A_B', 'Bob', 'bobby']) {
      clock.passSeconds(1);
      await invite(people, by(), { name, email: `${encodeURIComponent(name)}@example.org`, grant: null });
    }
    const named = async (search: string) =>
      (await listPeople(people, { limit: 50, search })).items.map(({ name }) => name);
    expect(await named('BOB')).toEqual(['bobby', 'Bob']);
    expect(await named('%')).toEqual(['50% Müller']);
    // Not what SQLite folds.
    expect(await named('mÜLLER')).toEqual(['50% Müller']);
    expect(await named('a_b')).toEqual(['A_B']);
    expect(await named('\\')).toEqual([]);
    const active = await listPeople(people, { limit: 50, state: 'active' });
    expect(active.items.map(({ name }) => name)).toEqual(['Ada']);
    const first = await listPeople(people, { limit: 3, state: 'invited' });
    const rest = await listPeople(people, { limit: 3, state: 'invited', cursor: first.next ?? '' });
    expect([...first.items, ...rest.items].map(({ name }) => name)).toEqual(['bobby', 'Bob', 'A_B', '50% Müller']);
    expect(rest.next).toBeNull();
  });

  test('a lock is seen, and lifted by enabling', async () => {
    const { people, clock } = world;
    const { personId } = await makeMember(people);
    await at.store.change(async ({ sql }) => {
      await sql
        .updateTable('people')
        .set({ locked_until: clock.nowMs + 1000 })
        .where('id', '=', personId)
        .execute();
    });
    expect((await showPerson(people, personId)).state).toBe('locked');
    const ids = async (state: 'locked' | 'active') =>
      (await listPeople(people, { limit: 9, state })).items.map(({ id }) => id);
    expect([await ids('locked'), await ids('active')]).toEqual([[personId], [administratorId]]);
    await enablePerson(people, act(personId));
    expect((await showPerson(people, personId)).state).toBe('active');
  });

  test('enabling gives back the attempts that were used up', async () => {
    const { people } = world;
    const { personId } = await makeMember(people);
    const signIn = (password: string, i = 0) =>
      codeOf(
        signInWithPassword(people, {
          email: 'grace@example.org',
          password,
          client: { ...client, address: `192.0.2.${i}` },
        }),
      );
    for (let i = 0; i < 7; i++) await signIn('wrong', i);
    expect(await signIn(GOOD_PASSWORD, 9)).toBe('too-many-attempts');
    await enablePerson(people, act(personId));
    expect(await signIn(GOOD_PASSWORD, 9)).toBe('no error');
  });

  test('disabled and enabled: sessions end, factors stay; who never accepted is invited again', async () => {
    const { people } = world;
    const { personId, token } = await makeMember(people);
    await disablePerson(people, act(personId));
    expect(await resolveSession(people, token, client)).toBeNull();
    expect(await codeOf(disablePerson(people, act(personId)))).toBe('person-state');
    await enablePerson(people, act(personId));
    expect(await resolveSession(people, token, client)).toBeNull();
    const attempt = { email: 'grace@example.org', password: GOOD_PASSWORD, client };
    expect((await signInWithPassword(people, attempt)).step.state).toBe('signed-in');
    const { personId: never } = await invite(people, by(), { name: 'N', email: 'n@example.org', grant: null });
    await disablePerson(people, act(never));
    expect(await codeOf(inviteAgain(people, by(), never))).toBe('person-state');
    await enablePerson(people, act(never));
    expect((await showPerson(people, never)).state).toBe('invited');
    expect(await codeOf(inviteAgain(people, by(), never))).toBe('no error');
  });

  test('nobody acts on somebody with a role above his own, whatever the policies allow', async () => {
    const { people, roles } = world;
    const { personId } = await makeMember(people);
    roles.set(personId, ['security']);
    const helpDesk = callerOf(personId);
    const acts = [disablePerson, resetFactors, erasePerson, enablePerson];
    for (const one of acts) expect(await codeOf(one(people, act(administratorId, helpDesk)))).toBe('person-above');
    const renaming = renamePerson(people, { caller: helpDesk, personId: administratorId, name: 'Nobody' });
    expect(await codeOf(renaming)).toBe('person-above');
    const { personId: invited } = await invite(people, by(), { name: 'N', email: 'n@example.org', grant: null });
    roles.set(invited, ['administrator']);
    expect(await codeOf(inviteAgain(people, helpDesk, invited))).toBe('person-above');
    roles.delete(invited);
    expect(await codeOf(disablePerson(people, act(invited, helpDesk)))).toBe('no error');
  });

  test('a role in a project is no rank on the server: its administrator does not reset one of the server', async () => {
    const { people, roles } = world;
    const { personId } = await makeMember(people);
    roles.set(personId, ['administrator', 'security']);
    const ports = { ...people.ports, rolesOnServer: async () => ['security'] as const };
    const reset = resetFactors({ ...people, ports }, act(administratorId, callerOf(personId)));
    expect(await codeOf(reset)).toBe('person-above');
  });

  test('every act is on record, with who did it and without whom it names', async () => {
    const { people, entries } = world;
    const { personId } = await makeMember(people);
    const before = (await entries()).length;
    await renamePerson(people, { caller: by(), personId, name: 'Rear Admiral' });
    await disablePerson(people, act(personId));
    await enablePerson(people, act(personId));
    await resetFactors(people, act(personId));
    await erasePerson(people, act(personId));
    const recorded = (await entries()).slice(before);
    expect(recorded.map(({ activity, actor, object }) => [activity, actor.id, object?.id])).toEqual(
      ['rename', 'disable', 'enable', 'reset-factors', 'erase'].map((verb) => [
        `people.${verb}`,
        administratorId,
        personId,
      ]),
    );
    expect(JSON.stringify(recorded)).not.toMatch(/admiral|grace|as agreed/i);
    const openings = await at.store.read.selectFrom('ledger_opening').select('value').execute();
    expect(openings.some(({ value }) => /admiral|grace/i.test(value))).toBe(false);
  });
});
