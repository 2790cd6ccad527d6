import { z } from 'zod';
import { defineRoute, onServer } from '../route.ts';
import { comment, cursorQuery, id, page, role } from '../types/common.ts';
import { grant, grantRequest, project, projectRequest } from '../types/people.ts';
import { accessRow } from '../types/policies.ts';

export const grantRoutes = [
  defineRoute({
    id: 'grants.list',
    method: 'GET',
    path: '/api/grants',
    summary: 'grants',
    access: onServer('grants.read'),
    query: cursorQuery.extend({
      principalId: id.optional(),
      scopeId: id.optional(),
      role: role.optional(),
      state: grant.shape.state.optional(),
    }),
    reply: page(grant),
  }),
  defineRoute({
    id: 'grants.give',
    method: 'POST',
    path: '/api/grants',
    summary: 'give a role to a principal, on the server, a project or a model',
    description: 'Nobody gives himself a grant, and nobody gives a role that is above his own.',
    access: { kind: 'action', action: 'grants.give', resource: 'body.scope' },
    body: grantRequest,
    reply: grant,
    status: 201,
  }),
  defineRoute({
    id: 'grants.take',
    method: 'DELETE',
    path: '/api/grants/:grantId',
    summary: 'take a grant away, at once and everywhere',
    access: { kind: 'action', action: 'grants.take', resource: 'found' },
    params: z.object({ grantId: id }),
    query: z.object({ reason: comment.optional() }),
  }),
  defineRoute({
    id: 'access.list',
    method: 'GET',
    path: '/api/access',
    summary: 'who can do what, by which grant and policy, last used when',
    access: onServer('grants.read'),
    query: cursorQuery.extend({ principalId: id.optional(), unusedDays: z.coerce.number().int().min(1).optional() }),
    reply: page(accessRow),
  }),
  defineRoute({
    id: 'projects.list',
    method: 'GET',
    path: '/api/projects',
    summary: 'projects that the caller may see',
    access: { kind: 'self' },
    query: cursorQuery,
    reply: page(project),
  }),
  defineRoute({
    id: 'projects.show',
    method: 'GET',
    path: '/api/projects/:projectId',
    summary: 'one project',
    access: { kind: 'action', action: 'projects.read', resource: 'params.projectId' },
    params: z.object({ projectId: id }),
    reply: project,
  }),
  defineRoute({
    id: 'projects.make',
    method: 'POST',
    path: '/api/projects',
    summary: 'make a project',
    access: onServer('projects.change'),
    body: projectRequest,
    reply: project,
    status: 201,
  }),
  defineRoute({
    id: 'projects.change',
    method: 'PATCH',
    path: '/api/projects/:projectId',
    summary: 'change a project',
    access: { kind: 'action', action: 'projects.change', resource: 'params.projectId' },
    params: z.object({ projectId: id }),
    body: z
      .strictObject({
        name: projectRequest.shape.name,
        description: comment,
        classification: project.shape.classification,
      })
      .partial(),
    reply: project,
  }),
] as const;
