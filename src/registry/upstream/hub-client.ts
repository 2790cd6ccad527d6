import { z } from 'zod';
import { modelName } from '../../contract/types/registry.ts';
import { RegistryError } from '../errors.ts';
import type { Registry, Upstream } from '../registry.ts';
import { askJson } from './ask-hub.ts';
import { hubLied } from './hub-fault.ts';

/** Model cards in a description are the longest thing in it. */
const MAX_INFO_BYTES = 16 * 1024 * 1024;
const MAX_PAGE_BYTES = 16 * 1024 * 1024;
/** The hub gives 1000 entries a page. */
const MAX_PAGES = 50;
/** Folders are entries too. */
const MAX_ENTRIES = 50_000;

/** A file of a model as the hub lists it. */
export interface HubFile {
  readonly path: string;
  readonly bytes: number;
  /** Of what is in the large store of the hub, hexadecimal. */
  readonly sha256: string | null;
  /** SHA-1 of the content as git names it; of a pointer, where `sha256` is known. */
  readonly gitOid: string;
}

export interface HubModel {
  /** As the hub names it now: models are renamed, and the hub leads on. */
  readonly name: string;
  /** 40 hexadecimal digits. */
  readonly commit: string;
}

/** The hub, and where from it something is read. */
interface Asking {
  readonly repository: string;
  readonly signal: AbortSignal;
}

const commit = z.string().regex(/^[0-9a-f]{40}$/);
const info = z.object({ id: modelName.optional(), sha: commit });
const size = z.int().min(0);
const entry = z.discriminatedUnion('type', [
  z.object({ type: z.literal('directory') }),
  z.object({
    type: z.literal('file'),
    /** Checked with all others when the version is made of them. */
    path: z.string(),
    size,
    oid: commit,
    lfs: z.object({ oid: z.string().regex(/^[0-9a-f]{64}$/), size }).optional(),
  }),
]);
const page = z.array(entry).max(MAX_ENTRIES);

/** Where a file can be had at a commit. */
export function fileUrl(
  { endpoint }: Pick<Upstream, 'endpoint'>,
  { repository, commit, path }: { readonly repository: string; readonly commit: string; readonly path: string },
): URL {
  const parts = path.split('/').map(encodeURIComponent);
  return below(endpoint, `${repository}/resolve/${commit}/${parts.join('/')}`);
}

function below(endpoint: string, path: string): URL {
  return new URL(`${endpoint.replace(/\/+$/, '')}/${path}`);
}

/** Which commit a branch, a tag or a commit is. @throws RegistryError `upstream-refused`, `upstream-failed` */
export async function resolveRevision(
  upstream: Upstream,
  { repository, revision, signal }: Asking & { readonly revision: string },
): Promise<HubModel> {
  const url = below(upstream.endpoint, `api/models/${repository}/revision/${encodeURIComponent(revision)}`);
  const { value } = await askJson(upstream, { url, signal, maxBytes: MAX_INFO_BYTES });
  const found = info.safeParse(value);
  if (!found.success) throw hubLied('what it says about the model is not well made', found.error);
  const { sha, id: name = repository } = found.data;
  if (commit.safeParse(revision).success && sha !== revision) throw hubLied('it says that a commit is another one');
  return { name, commit: sha };
}

/**
 * Every file of a commit. @throws RegistryError `upstream-refused`, `upstream-failed`, and `too-large` before more is read than may be had
 */
export async function listHubFiles(
  upstream: Upstream,
  { repository, commit, limits, signal }: Asking & { readonly commit: string; readonly limits: Registry['limits'] },
): Promise<readonly HubFile[]> {
  const files = new Map<string, HubFile>();
  let url: URL | null = below(upstream.endpoint, `api/models/${repository}/tree/${commit}?recursive=true`);
  let entries = 0;
  for (let pages = 0; url !== null; pages++) {
    if (pages === MAX_PAGES) throw hubLied(`its list of files has more than ${MAX_PAGES} pages`);
    const answer = await askJson(upstream, { url, signal, maxBytes: MAX_PAGE_BYTES });
    const found = page.safeParse(answer.value);
    if (!found.success) throw hubLied(`its list of files is not well made: ${placeOf(found.error)}`, found.error);
    entries += found.data.length;
    if (entries > MAX_ENTRIES) throw hubLied(`its list of files has more than ${MAX_ENTRIES} entries`);
    for (const one of found.data) if (one.type === 'file') addFile(files, one, limits);
    url = nextPage(answer.headers.get('link'), url);
  }
  if (files.size === 0) throw RegistryError.of('upstream-refused', 'there are no files in it');
  return [...files.values()];
}

function placeOf({ issues: [issue] }: z.ZodError): string {
  return issue === undefined ? '' : `${issue.path.join('.')}: ${issue.message}`.slice(0, 200);
}

function addFile(
  files: Map<string, HubFile>,
  { path, size: listed, oid, lfs }: Extract<z.infer<typeof entry>, { type: 'file' }>,
  { maxFiles, maxFileBytes }: Registry['limits'],
): void {
  if (files.has(path)) throw hubLied('its list of files has a path twice');
  const bytes = lfs?.size ?? listed;
  if (files.size === maxFiles) throw RegistryError.of('too-large', `more than ${maxFiles} files`);
  if (bytes > maxFileBytes) {
    throw RegistryError.of('too-large', `${path} has ${bytes} bytes, at most ${maxFileBytes} are taken`);
  }
  files.set(path, { path, bytes, sha256: lfs?.oid ?? null, gitOid: oid });
}

/** RFC 8288. A next page somewhere else is none. */
function nextPage(link: string | null, from: URL): URL | null {
  const target = /<([^<>]{1,4000})>;\s*rel="?next"?/.exec(link ?? '')?.[1];
  if (target === undefined) return null;
  const next = URL.canParse(target, from.href) ? new URL(target, from) : undefined;
  if (next === undefined || next.origin !== from.origin) throw hubLied('its list of files goes on at another place');
  return next;
}
