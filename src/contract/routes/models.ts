import { z } from 'zod';
import { defineRoute, onServer } from '../route.ts';
import { cursorQuery, id, page } from '../types/common.ts';
import { callersModel, modelChange, modelRequest, notice, registrySummary, tag } from '../types/registry.ts';

const params = z.object({ modelId: id });
const query = cursorQuery.extend({
  /** A part of a name or of a path of a file, any case. */
  search: z.string().trim().max(200).optional(),
  projectId: id.optional(),
  tag: tag.optional(),
  licence: z.string().max(120).optional(),
  /** Of the newest version. */
  state: z.enum(['uploading', 'examining', 'review', 'released', 'denied', 'recalled', 'failed']).optional(),
  verdict: z.enum(['clean', 'inconclusive', 'suspicious', 'malicious']).optional(),
  isArchived: z.stringbool().optional(),
  order: z.enum(['name', 'changed']).default('changed'),
});

export const modelRoutes = [
  defineRoute({
    id: 'models.list',
    method: 'GET',
    path: '/api/registry/models',
    summary: 'models that the caller may see',
    access: { kind: 'self' },
    query,
    reply: page(callersModel),
  }),
  defineRoute({
    id: 'models.make',
    method: 'POST',
    path: '/api/registry/models',
    summary: 'make a model in a project',
    access: { kind: 'action', action: 'models.write', resource: 'found' },
    body: modelRequest,
    reply: callersModel,
    status: 201,
  }),
  defineRoute({
    id: 'models.show',
    method: 'GET',
    path: '/api/registry/models/:modelId',
    summary: 'one model',
    access: { kind: 'action', action: 'models.read', resource: 'params.modelId' },
    params,
    reply: callersModel,
  }),
  defineRoute({
    id: 'models.find',
    method: 'GET',
    path: '/api/registry/model',
    summary: 'one model, by its name',
    access: { kind: 'action', action: 'models.read', resource: 'found' },
    query: z.object({ name: callersModel.shape.name.max(200) }),
    reply: callersModel,
  }),
  defineRoute({
    id: 'models.change',
    method: 'PATCH',
    path: '/api/registry/models/:modelId',
    summary: 'change what is said about a model, its owner, its classification; archive it',
    access: { kind: 'action', action: 'models.write', resource: 'params.modelId' },
    params,
    body: modelChange,
    reply: callersModel,
  }),
  defineRoute({
    id: 'notices.list',
    method: 'GET',
    path: '/api/registry/notices',
    summary: 'what the caller should know about models that he owns or has downloaded, newest first',
    access: { kind: 'self' },
    query: cursorQuery,
    reply: page(notice),
  }),
  defineRoute({
    id: 'notices.seen',
    method: 'POST',
    path: '/api/registry/notices/seen',
    summary: 'mark every notice of the caller as seen',
    access: { kind: 'self' },
  }),
  defineRoute({
    id: 'registry.summary',
    method: 'GET',
    path: '/api/registry/summary',
    summary: 'how many models and versions there are, by state, and what waits for the caller',
    access: { kind: 'self' },
    reply: registrySummary,
  }),
  defineRoute({
    id: 'registry.reexamine',
    method: 'POST',
    path: '/api/registry/reexaminations',
    summary: 'examine everything that was released once more, with the rules of now',
    description: 'What the policy would no longer admit is recalled. The same happens by itself after an update.',
    access: onServer('admission.change'),
    reply: z.object({ versions: z.int() }),
    status: 202,
  }),
] as const;
