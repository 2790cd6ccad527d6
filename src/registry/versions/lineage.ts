import { z } from 'zod';
import { findPrincipals, named } from '../../access/grants/principals.ts';
import { type lineage as lineageSchema, type lineageNode, versionSource } from '../../contract/types/registry.ts';
import type { Store } from '../../store/store.ts';
import { readEvidence } from '../contents/put-evidence.ts';
import { RegistryError } from '../errors.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from './move-version.ts';

type Lineage = z.infer<typeof lineageSchema>;
type Node = z.infer<typeof lineageNode>;
type Edge = Lineage['edges'][number];

/** Later versions that are shown, and bytes of a record of a conversion that are read. */
const limits = { maxLater: 20, maxRecordBytes: 16 * 1024 * 1024 } as const;

const conversion = z.object({ tool: z.object({ name: z.string(), version: z.string() }) });

/** Where a version comes from, through what it went, and what came after. @throws RegistryError `version-unknown`. */
export async function lineageOf(registry: Pick<Registry, 'store' | 'blobs'>, versionId: string): Promise<Lineage> {
  const { read } = registry.store;
  const row = await read.selectFrom('registry_versions').selectAll().where('id', '=', versionId).executeTakeFirst();
  if (row === undefined) throw RegistryError.of('version-unknown', versionId);
  const graph: Lineage = { nodes: [], edges: [] };
  await addSource(graph, read, row);
  await addBefore(graph, read, row);
  graph.nodes.push(versionNode(row));
  await addRelease(graph, registry, row);
  await addLater(graph, read, row);
  return graph;
}

async function addSource({ nodes, edges }: Lineage, read: Store['read'], row: VersionRow): Promise<void> {
  const source = versionSource.parse(JSON.parse(row.source));
  const node = source.kind === 'hub' ? hubNode(source) : await uploadNode(read, row);
  nodes.push(node);
  edges.push(edge(node, row.id, source.kind === 'hub' ? 'fetched' : 'uploaded'));
}

function hubNode({
  endpoint,
  repository,
  revision,
}: {
  readonly endpoint: string;
  readonly repository: string;
  readonly revision: string;
}): Node {
  const id = `hub:${endpoint}/${repository}@${revision}`;
  return { id, kind: 'hub', title: repository, detail: `${endpoint}, revision ${revision}`, versionId: null };
}

async function uploadNode(read: Store['read'], row: VersionRow): Promise<Node> {
  const node = { id: `upload:${row.id}`, kind: 'upload', title: 'upload', versionId: null } as const;
  const { created_by_kind: kind, created_by_id: id } = row;
  if (kind === null || id === null) return { ...node, detail: 'by the server' };
  const principals = await findPrincipals(read, [{ kind, id }]);
  return { ...node, detail: `by ${named(principals, { kind, id }).name}` };
}

/** The version that was released before, which people had until this one. */
async function addBefore({ nodes, edges }: Lineage, read: Store['read'], row: VersionRow): Promise<void> {
  const before = await versionsOf(read, row)
    .where('number', '<', row.number)
    .where('released_at', 'is not', null)
    .orderBy('number', 'desc')
    .limit(1)
    .executeTakeFirst();
  if (before === undefined) return;
  nodes.push(versionNode(before));
  edges.push(edge(before, row.id, 'followed by'));
}

async function addLater({ nodes, edges }: Lineage, read: Store['read'], row: VersionRow): Promise<void> {
  const later = await versionsOf(read, row)
    .where('number', '>', row.number)
    .orderBy('number')
    .limit(limits.maxLater)
    .execute();
  let last: { readonly id: string } = row;
  for (const version of later) {
    nodes.push(versionNode(version));
    edges.push(edge(last, version.id, 'followed by'));
    last = version;
  }
}

function versionsOf(read: Store['read'], { model_id: modelId }: VersionRow) {
  return read
    .selectFrom('registry_versions')
    .select(['id', 'number', 'state', 'stage'])
    .where('model_id', '=', modelId);
}

function versionNode({ id, number, state, stage }: Pick<VersionRow, 'id' | 'number' | 'state' | 'stage'>): Node {
  const detail = stage === 'none' ? state : `${state}, ${stage}`;
  return { id, kind: 'version', title: `version ${number}`, detail, versionId: id };
}

/** What is given out, and the tool that made it of what came. */
async function addRelease(graph: Lineage, registry: Pick<Registry, 'store' | 'blobs'>, row: VersionRow): Promise<void> {
  const { nodes, edges } = graph;
  const tool = await conversionTool(registry, row.id);
  if (tool !== null) {
    nodes.push(tool);
    edges.push(edge(row, tool.id, 'converted by'));
  }
  if (row.revision === null) return;
  const release: Node = {
    id: `release:${row.id}`,
    kind: 'release',
    title: `revision ${row.revision}`,
    detail: row.root_digest === null ? '' : `sha256:${row.root_digest}`,
    versionId: row.id,
  };
  nodes.push(release);
  edges.push(edge(tool ?? row, release.id, tool === null ? 'released as it came' : 'made'));
}

async function conversionTool(registry: Pick<Registry, 'store' | 'blobs'>, versionId: string): Promise<Node | null> {
  const evidence = await readEvidence(registry, { versionId, kind: 'conversion-record' });
  if (evidence === undefined) return null;
  const node = { id: `tool:${versionId}`, kind: 'tool', detail: 'conversion to safetensors', versionId: null } as const;
  // Its name is all that is wanted of it, and a record of very many tensors is long.
  if (evidence.bytes > limits.maxRecordBytes) return { ...node, title: 'vouchsafe' };
  const { tool } = conversion.parse(JSON.parse(await evidence.text()));
  return { ...node, title: `${tool.name} ${tool.version}` };
}

function edge(from: { readonly id: string }, to: string, label: string): Edge {
  return { from: from.id, to, label };
}
