import type { FastifyReply, FastifyRequest } from 'fastify';
import { z } from 'zod';
import { type ModelAddress, parseModelAddress } from '../../../registry/hub/address.ts';
import { HubError } from '../../../registry/hub/errors.ts';
import { releasedFiles } from '../../../registry/hub/file-entries.ts';
import { listModels, modelsQuery } from '../../../registry/hub/list-models.ts';
import { listTree } from '../../../registry/hub/list-tree.ts';
import { modelInfo } from '../../../registry/hub/model-info.ts';
import { openModel, openRepository } from '../../../registry/hub/open-repository.ts';
import { pathsInfo, readPathsRequest } from '../../../registry/hub/paths-info.ts';
import { listCommits, listReferences } from '../../../registry/hub/references.ts';
import { type HubAsked, restOf, sendJson, sendPage } from './hub-asked.ts';
import { queryOf } from './hub-bodies.ts';

const MODELS = '/api/models/';
const MAX_ENTRIES = 1000;
const MAX_COMMITS = 1000;
const MAX_CURSOR_CHARACTERS = 5000;

const addressOf = (request: FastifyRequest): ModelAddress => parseModelAddress(restOf(request, MODELS));

/** Whether what is sent to a model only asks about paths: the one thing that is asked with a body. */
export function isAboutPaths(request: FastifyRequest): boolean {
  try {
    return addressOf(request).action === 'paths-info';
  } catch {
    return false;
  }
}

export async function answerModels(asked: HubAsked): Promise<FastifyReply> {
  const given = queryOf(asked.request);
  const parsed = modelsQuery.safeParse({ ...Object.fromEntries(given), filter: filtersOf(given) });
  if (!parsed.success) throw HubError.of('hub-request-wrong', parsed.error.issues[0]?.path.join('.') ?? '');
  const { registry, caller } = asked.call;
  const { allows: maySee } = await asked.access.decideModels(caller, 'models.read');
  return sendPage(asked, await listModels(registry, parsed.data, maySee));
}

/** Sent once for each tag, or as one list with commas; a task and a library are tags too. */
const filtersOf = (query: URLSearchParams): readonly string[] =>
  ['filter', 'tags', 'pipeline_tag', 'library']
    .flatMap((name) => query.getAll(name))
    .flatMap((text) => text.split(','))
    .filter((text) => text !== '');

export async function answerModel(asked: HubAsked): Promise<FastifyReply> {
  const address = addressOf(asked.request);
  return answers[address.action](asked, address);
}

export async function answerPaths(asked: HubAsked): Promise<FastifyReply> {
  const { paths, expand } = readPathsRequest(asked.request.body);
  const { version } = await openRepository(asked.call, addressOf(asked.request));
  const files = await releasedFiles(asked.call.registry, version);
  return sendJson(asked.reply, pathsInfo(files, paths, { version, isExpanded: expand }));
}

type Answer = (asked: HubAsked, address: ModelAddress) => Promise<FastifyReply>;

const answers: Readonly<Record<ModelAddress['action'], Answer>> = {
  info: answerInfo,
  revision: answerInfo,
  tree: answerTree,
  commits: answerCommits,
  refs: async ({ call, reply }, { name }) =>
    sendJson(reply, await listReferences(call.registry, await openModel(call, name))),
  'auth-check': async ({ call, reply }, { name }) => {
    await openModel(call, name);
    return sendJson(reply, {});
  },
  'paths-info': async () => {
    throw HubError.of('hub-request-wrong', 'expected POST');
  },
};

async function answerInfo({ call, request, reply }: HubAsked, address: ModelAddress): Promise<FastifyReply> {
  if (address.path !== '') throw HubError.of('hub-not-offered');
  const query = queryOf(request);
  const options = { hasBlobs: isTrue(query, 'blobs'), hasSecurity: isTrue(query, 'securityStatus') };
  return sendJson(reply, await modelInfo(call.registry, await openRepository(call, address), options));
}

async function answerTree(asked: HubAsked, address: ModelAddress): Promise<FastifyReply> {
  const { call, request } = asked;
  const query = queryOf(request);
  const { version } = await openRepository(call, address);
  const { entries, next } = listTree(
    await releasedFiles(call.registry, version),
    {
      folder: address.path.replaceAll(/^\/|\/$/g, ''),
      isRecursive: isTrue(query, 'recursive'),
      after: cursorOf(query),
      limit: limitOf(query, MAX_ENTRIES),
    },
    { version, isExpanded: isTrue(query, 'expand') },
  );
  return sendPage(asked, { items: entries, next: next === null ? null : Buffer.from(next).toString('base64url') });
}

async function answerCommits(asked: HubAsked, address: ModelAddress): Promise<FastifyReply> {
  const query = queryOf(asked.request);
  const repository = await openRepository(asked.call, address);
  const cursor = query.get('cursor') ?? undefined;
  const limit = limitOf(query, MAX_COMMITS);
  const page = await listCommits(asked.call.registry, repository, { limit, cursor });
  asked.reply.header('x-total-count', page.total);
  return sendPage(asked, page);
}

const isTrue = (query: URLSearchParams, name: string): boolean =>
  z.stringbool().safeParse(query.get(name)).data === true;

/** Too many are as many as there may be; what is no number is the most, too. */
function limitOf(query: URLSearchParams, most: number): number {
  const parsed = z.coerce
    .number()
    .int()
    .min(1)
    .safeParse(query.get('limit') ?? most);
  return parsed.success ? Math.min(parsed.data, most) : most;
}

function cursorOf(query: URLSearchParams): string | null {
  const cursor = query.get('cursor');
  if (cursor === null) return null;
  if (cursor.length > MAX_CURSOR_CHARACTERS)
    throw HubError.of('hub-request-wrong', 'expected a cursor of a page before');
  return Buffer.from(cursor, 'base64url').toString('utf8');
}
