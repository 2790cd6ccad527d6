import { z } from 'zod';
import { defineRoute, onServer } from '../route.ts';
import { cursorQuery, id, page } from '../types/common.ts';
import { health, job, overview, serverState } from '../types/server.ts';

const anybody = { kind: 'public' } as const;

export const serverRoutes = [
  defineRoute({
    id: 'health.live',
    method: 'GET',
    path: '/healthz',
    summary: 'the process lives',
    access: anybody,
    reply: health,
  }),
  defineRoute({
    id: 'health.ready',
    method: 'GET',
    path: '/readyz',
    summary: 'the server can do its work: records, blobs, jobs, counters, decisions; 503 where not',
    access: anybody,
    reply: health,
  }),
  defineRoute({
    id: 'metrics',
    method: 'GET',
    path: '/metrics',
    summary: 'figures for Prometheus',
    access: onServer('server.read'),
    produces: 'text/plain',
  }),
  defineRoute({
    id: 'server.state',
    method: 'GET',
    path: '/api/server',
    summary: 'how the server is set up',
    access: onServer('server.read'),
    reply: serverState,
  }),
  defineRoute({
    id: 'overview.show',
    method: 'GET',
    path: '/api/overview',
    summary: 'what needs attention',
    access: onServer('overview.read'),
    reply: overview,
  }),
  defineRoute({
    id: 'events.stream',
    method: 'GET',
    path: '/api/events',
    summary: 'what changes, as server-sent events; only what the caller may see',
    access: { kind: 'self' },
    produces: 'text/event-stream',
  }),
  defineRoute({
    id: 'jobs.list',
    method: 'GET',
    path: '/api/jobs',
    summary: 'jobs, the newest first',
    access: onServer('jobs.read'),
    query: cursorQuery.extend({ state: job.shape.state.optional(), kind: z.string().max(40).optional() }),
    reply: page(job),
  }),
  defineRoute({
    id: 'jobs.show',
    method: 'GET',
    path: '/api/jobs/:jobId',
    summary: 'one job',
    access: onServer('jobs.read'),
    params: z.object({ jobId: id }),
    reply: job,
  }),
  defineRoute({
    id: 'jobs.cancel',
    method: 'POST',
    path: '/api/jobs/:jobId/cancel',
    summary: 'end a job that waits or runs; what it did so far is not undone',
    access: onServer('jobs.cancel'),
    params: z.object({ jobId: id }),
    reply: job,
  }),
  defineRoute({
    id: 'jobs.retry',
    method: 'POST',
    path: '/api/jobs/:jobId/retry',
    summary: 'run a failed job again',
    access: onServer('jobs.retry'),
    params: z.object({ jobId: id }),
    reply: job,
  }),
] as const;
