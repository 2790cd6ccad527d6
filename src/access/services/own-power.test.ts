import { describe, expect, test } from 'vitest';
import type { ActionId } from '../../contract/actions.ts';
import type { Scope } from '../../contract/types/common.ts';
import type { Caller } from '../caller.ts';
import type { Authorizer } from '../decision.ts';
import { checkOwnPower } from './own-power.ts';

const project: Scope = { kind: 'project', id: 'prj_00000000000000000000000001' };
const issuer = { principal: { kind: 'person', id: 'per_1' } } as unknown as Caller;

/** Allows what is listed as `action@kind`. */
function allowing(...allowed: readonly string[]): Authorizer {
  return {
    decide: async (_caller, action, scope) => ({
      allowed: allowed.includes(`${action}@${scope.kind}`),
      policies: [],
      policyVersion: 1,
      grants: [],
      reasons: [],
    }),
  };
}

const check = (authorizer: Authorizer, grants: Parameters<typeof checkOwnPower>[1]['grants'], ...actions: ActionId[]) =>
  checkOwnPower(authorizer, { issuer, actions, grants });

describe('issuing a key', () => {
  test('for a service with an administrator grant needs the power of its scopes (escalation through a service)', async () => {
    const grants = [{ role: 'administrator', scope: { kind: 'server' } }] as const;
    await expect(check(allowing('keys.issue@server'), grants, 'policies.decide')).rejects.toMatchObject({
      code: 'beyond-own-power',
      httpStatus: 403,
      message: expect.stringContaining('policies.decide on the server') as string,
    });
    await check(allowing('policies.decide@server'), grants, 'policies.decide');
  });

  test('needs it in each place where the service holds a grant, and there only', async () => {
    const grants = [
      { role: 'engineer', scope: project },
      { role: 'member', scope: project },
    ] as const;
    await check(allowing('models.read@project'), grants, 'models.read');
    const both = [...grants, { role: 'engineer', scope: { kind: 'server' } }] as const;
    await expect(check(allowing('models.read@project'), both, 'models.read')).rejects.toThrow(
      'models.read on the server',
    );
  });

  test('for a service without a grant needs it on the server: the secret outlives the moment', async () => {
    await expect(check(allowing('models.read@project'), [], 'models.read')).rejects.toThrow('on the server');
    await check(allowing('models.read@server'), [], 'models.read');
  });

  test('needs it on the server for an action that no grant in a project can allow', async () => {
    const grants = [{ role: 'administrator', scope: project }] as const;
    await expect(check(allowing('policies.decide@project'), grants, 'policies.decide')).rejects.toThrow(
      'on the server',
    );
  });

  test('names everything that is missing, not the first thing only', async () => {
    const refusal = check(allowing('people.read@server'), [], 'people.read', 'people.erase', 'people.change');
    await expect(refusal).rejects.toThrow('people.erase on the server, people.change on the server');
  });
});
