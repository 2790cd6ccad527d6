import { z } from 'zod';
import type { ActionId } from '../actions.ts';
import { defineRoute } from '../route.ts';
import { comment, cursorQuery, id, label, page } from '../types/common.ts';
import { invitation, inviteRequest, person } from '../types/people.ts';
import { session } from '../types/session.ts';

const may = (action: ActionId) => ({ kind: 'action', action, resource: 'server' }) as const;
const params = z.object({ personId: id });

export const peopleRoutes = [
  defineRoute({
    id: 'people.list',
    method: 'GET',
    path: '/api/people',
    summary: 'people',
    access: may('people.read'),
    query: cursorQuery.extend({ search: z.string().max(120).optional(), state: person.shape.state.optional() }),
    reply: page(person),
  }),
  defineRoute({
    id: 'people.show',
    method: 'GET',
    path: '/api/people/:personId',
    summary: 'one person',
    access: may('people.read'),
    params,
    reply: person,
  }),
  defineRoute({
    id: 'people.invite',
    method: 'POST',
    path: '/api/people',
    summary: 'invite a person; the link is shown once',
    description: 'A role that is named here is given as a grant, which the caller must be allowed to give too.',
    access: may('people.invite'),
    body: inviteRequest,
    reply: invitation,
    status: 201,
  }),
  defineRoute({
    id: 'people.inviteAgain',
    method: 'POST',
    path: '/api/people/:personId/invitation',
    summary: 'make a new link for an invitation; the old one ends',
    access: may('people.invite'),
    params,
    reply: invitation,
    status: 201,
  }),
  defineRoute({
    id: 'people.rename',
    method: 'PATCH',
    path: '/api/people/:personId',
    summary: 'change the name of a person',
    access: may('people.change'),
    params,
    body: z.strictObject({ name: label }),
    reply: person,
  }),
  defineRoute({
    id: 'people.disable',
    method: 'POST',
    path: '/api/people/:personId/disable',
    summary: 'disable a person; ends all sessions at once',
    access: may('people.change'),
    params,
    body: z.object({ reason: comment.min(1) }),
    reply: person,
  }),
  defineRoute({
    id: 'people.enable',
    method: 'POST',
    path: '/api/people/:personId/enable',
    summary: 'enable a person again, or lift a lock-out',
    access: may('people.change'),
    params,
    body: z.object({ reason: comment.min(1) }),
    reply: person,
  }),
  defineRoute({
    id: 'people.resetFactors',
    method: 'POST',
    path: '/api/people/:personId/reset',
    summary: 'remove all factors of a person and answer with a new link, shown once',
    access: may('people.change'),
    params,
    body: z.object({ reason: comment.min(1) }),
    reply: invitation,
  }),
  defineRoute({
    id: 'people.erase',
    method: 'POST',
    path: '/api/people/:personId/erase',
    summary: 'erase the personal data of a person, in the ledger too; proofs stay valid',
    access: may('people.erase'),
    params,
    body: z.object({ reason: comment.min(1) }),
  }),
  defineRoute({
    id: 'people.sessions',
    method: 'GET',
    path: '/api/people/:personId/sessions',
    summary: 'sessions of a person',
    access: may('people.read'),
    params,
    query: cursorQuery,
    reply: page(session),
  }),
  defineRoute({
    id: 'people.sessionsRevoke',
    method: 'DELETE',
    path: '/api/people/:personId/sessions',
    summary: 'end all sessions of a person',
    access: may('sessions.revoke'),
    params,
  }),
] as const;
