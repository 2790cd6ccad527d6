import { createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** Something that a hub does wrong. */
export type HubFault =
  /** Takes the request and never answers. */
  | 'silent'
  /** Begins the answer and goes on a byte at a time, for ever. */
  | 'trickle'
  /** Begins the answer, sends half of it, and then nothing. */
  | 'stall'
  /** Ends the connection after half of the answer. */
  | 'cut'
  /** As `cut`, and takes no ranges. */
  | 'cut-without-ranges'
  /** The tree says one byte less than there is. */
  | 'wrong-size'
  /** Another content of the same length. */
  | 'wrong-hash'
  /** The tree says other hashes than those of the files. */
  | 'wrong-digest'
  /** The head of an answer says more bytes than there are. */
  | 'wrong-length'
  /** The list goes on at another origin. */
  | 'elsewhere'
  | 'error'
  | 'busy'
  | 'html'
  | 'redirect-private'
  | 'redirect-loop'
  /** A body without end; pages without end for the tree. */
  | 'endless'
  | 'missing'
  | 'gated'
  /** The tree has a path that leaves its folder. */
  | 'leaving-path'
  | 'duplicate-path'
  /** Answers of JSON that are not what they should be. */
  | 'nonsense';

type Place = 'info' | 'tree' | 'file';

interface FaultRule {
  readonly fault: HubFault;
  readonly at: Place;
  /** Only this file; every one where absent. */
  readonly path?: string;
  /** So many times; for ever where absent. */
  times?: number;
}

interface StandInFile {
  readonly content: Buffer;
  readonly gitOid: string;
  /** Present for what the hub keeps in its large store, behind a redirect. */
  readonly sha256: string | undefined;
}

interface StandInCommit {
  readonly sha: string;
  readonly files: ReadonlyMap<string, StandInFile>;
}

interface StandInModel {
  readonly name: string;
  readonly commits: Map<string, StandInCommit>;
  /** Branches and tags. */
  readonly refs: Map<string, string>;
}

interface PutModel {
  readonly files: Readonly<Record<string, string | Uint8Array>>;
  /** A branch or a tag. */
  readonly revision?: string;
  /** Paths that are kept in the large store. Default: what ends like weights. */
  readonly large?: RegExp;
}

interface HubRequest {
  readonly method: string;
  /** Path and query. */
  readonly url: string;
  readonly authorization: string | undefined;
  readonly range: string | undefined;
  /** The second origin, which has the large files. */
  readonly isStore: boolean;
}

export interface HubStandIn {
  /** Address for `registry.upstream.endpoint` or HF_ENDPOINT. */
  readonly endpoint: string;
  /** Whatever was asked, oldest first. */
  readonly requests: readonly HubRequest[];
  /** Adds a commit, to which the revision (`main`) then leads. Answers with its id. */
  put(name: string, model: PutModel): string;
  /** A branch or a tag leads to a commit that is there. */
  lead(name: string, revision: string, commit: string): void;
  /** From now on, whatever matches goes wrong. */
  fail(rule: Omit<FaultRule, 'times'> & { readonly times?: number }): void;
  /** Everything is well again. */
  heal(): void;
  /** Answers nothing any more until `heal`: connections are refused. */
  goDown(): Promise<void>;
  comeBack(): Promise<void>;
  end(): Promise<void>;
}

export interface HubStandInOptions {
  /** Refuses whoever has another one. */
  readonly token?: string;
  /** Files on one page of a tree. */
  readonly pageSize?: number;
  /** How long each answer takes. */
  readonly delayMs?: number;
}

const WEIGHTS = /\.(?:bin|gguf|msgpack|npz|onnx|pickle|pkl|pt|pth|safetensors)$/;
const INCOMPLETE: ReadonlySet<HubFault> = new Set(['stall', 'cut', 'cut-without-ranges']);
const TRICKLE_MS = 50;
const ENDLESS_PIECE = Buffer.alloc(65_536, 'x');

/** A hub as the Hugging Face Hub answers readers, with large files at a second origin, and with whatever a hub may do wrong. */
export async function startHubStandIn(options: HubStandInOptions = {}): Promise<HubStandIn> {
  const state: HubState = {
    options,
    models: new Map(),
    rules: [],
    requests: [],
    storeOrigin: '',
    origin: '',
    store: new Map(),
  };
  const main = createServer((request, response) => void answerMain(state, request, response));
  const store = createServer((request, response) => answerStore(state, request, response));
  state.origin = `http://127.0.0.1:${await listen(main, 0)}`;
  state.storeOrigin = `http://127.0.0.1:${await listen(store, 0)}`;
  const stop = async (server: Server): Promise<void> => {
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
  };
  return {
    endpoint: state.origin,
    requests: state.requests,
    put: (name, model) => putModel(state, name, model),
    lead: (name, revision, commit) => void state.models.get(name)?.refs.set(revision, commit),
    fail: (rule) => void state.rules.push({ ...rule }),
    heal: () => void (state.rules.length = 0),
    goDown: async () => stop(main),
    comeBack: async () => void (await listen(main, Number(new URL(state.origin).port))),
    end: async () => {
      if (main.listening) await stop(main);
      await stop(store);
    },
  };
}

interface HubState {
  readonly options: HubStandInOptions;
  readonly models: Map<string, StandInModel>;
  readonly rules: FaultRule[];
  readonly requests: HubRequest[];
  /** Large files by what their address has after the slash. */
  readonly store: Map<string, { readonly path: string; readonly file: StandInFile }>;
  origin: string;
  storeOrigin: string;
}

async function listen(server: Server, port: number): Promise<number> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, '127.0.0.1', resolve);
  });
  return (server.address() as AddressInfo).port;
}

function putModel(
  { models, store }: HubState,
  name: string,
  { files, revision = 'main', large = WEIGHTS }: PutModel,
): string {
  const made = new Map<string, StandInFile>();
  for (const [path, given] of Object.entries(files)) {
    const content = Buffer.from(given as Uint8Array);
    const gitOid = createHash('sha1').update(`blob ${content.length}\0`).update(content).digest('hex');
    const sha256 = large.test(path) ? createHash('sha256').update(content).digest('hex') : undefined;
    made.set(path, { content, gitOid, sha256 });
    if (sha256 !== undefined) store.set(sha256, { path, file: { content, gitOid, sha256 } });
  }
  const commit = { sha: randomBytes(20).toString('hex'), files: made };
  const model = models.get(name) ?? { name, commits: new Map(), refs: new Map() };
  models.set(name, model);
  model.commits.set(commit.sha, commit);
  model.refs.set(revision, commit.sha);
  return commit.sha;
}

function seen(state: HubState, request: IncomingMessage, isStore: boolean): URL {
  const { authorization, range } = request.headers;
  state.requests.push({ method: request.method ?? '', url: request.url ?? '', authorization, range, isStore });
  return new URL(request.url ?? '/', isStore ? state.storeOrigin : state.origin);
}

function faultAt(state: HubState, at: Place, path?: string): HubFault | undefined {
  const rule = state.rules.find(
    (rule) => rule.at === at && (rule.times ?? 1) > 0 && (rule.path === undefined || rule.path === path),
  );
  if (rule?.times !== undefined) rule.times -= 1;
  return rule?.fault;
}

const NAME = '((?:[^/]+/)?[^/]+)';
const INFO = new RegExp(`^/api/models/${NAME}/revision/([^/]+)$`);
const TREE = new RegExp(`^/api/models/${NAME}/tree/([^/]+)$`);
const FILE = new RegExp(`^/${NAME}/resolve/([^/]+)/(.+)$`);

async function answerMain(state: HubState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const url = seen(state, request, false);
  const { token, delayMs = 0 } = state.options;
  if (delayMs > 0) await new Promise((resolve) => setTimeout(resolve, delayMs));
  if (token !== undefined && request.headers.authorization !== `Bearer ${token}`) {
    return refuse(response, 401, 'RepoNotFound', 'Invalid username or password.');
  }
  const [match, answer] = routeOf(url.pathname);
  const model = state.models.get(match[1] ?? '');
  if (model === undefined) return refuse(response, 404, 'RepoNotFound', 'Repository not found');
  const wanted = decodeURIComponent(match[2] ?? '');
  const commit = model.commits.get(model.refs.get(wanted) ?? wanted);
  if (commit === undefined) return refuse(response, 404, 'RevisionNotFound', `Invalid rev id: ${wanted}`);
  answer(state, { request, response, url, model, commit }, decodeURIComponent(match[3] ?? ''));
}

type Answer = (state: HubState, asked: Asked, path: string) => void;

function routeOf(pathname: string): readonly [readonly string[], Answer] {
  const info = INFO.exec(pathname);
  if (info !== null) return [info, answerInfo];
  const tree = TREE.exec(pathname);
  return tree === null ? [FILE.exec(pathname) ?? [], answerFile] : [tree, answerTree];
}

interface Asked {
  readonly request: IncomingMessage;
  readonly response: ServerResponse;
  readonly url: URL;
  readonly model: StandInModel;
  readonly commit: StandInCommit;
}

function refuse(response: ServerResponse, status: number, code: string, message: string): void {
  const headers = { 'content-type': 'application/json', 'x-error-code': code, 'x-error-message': message };
  response.writeHead(status, headers).end(JSON.stringify({ error: message }));
}

function answerJson(response: ServerResponse, value: unknown, headers: Readonly<Record<string, string>> = {}): void {
  response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', ...headers }).end(JSON.stringify(value));
}

/** Faults that are the same wherever they happen. False: there is none of them. */
function answerWrongly(
  fault: HubFault | undefined,
  { response, url }: Pick<Asked, 'response' | 'url'>,
  content: Buffer = Buffer.alloc(1_000_000, ' '),
): boolean {
  const wrong: Partial<Record<HubFault, () => void>> = {
    silent: () => undefined,
    trickle: () => trickle(response, content),
    error: () => response.writeHead(500).end('something went wrong'),
    busy: () => response.writeHead(429, { 'retry-after': '1' }).end('too many requests'),
    html: () => response.writeHead(200, { 'content-type': 'text/html' }).end('<!doctype html><p>Please sign in'),
    'redirect-private': () => response.writeHead(302, { location: 'http://169.254.169.254/latest/meta-data/' }).end(),
    'redirect-loop': () => response.writeHead(302, { location: url.href }).end(),
    missing: () => refuse(response, 404, 'EntryNotFound', 'Entry not found'),
    gated: () => refuse(response, 403, 'GatedRepo', 'Access to this model is restricted'),
    nonsense: () => answerJson(response, { sha: 'main', error: 17 }),
  };
  const answer = fault === undefined ? undefined : wrong[fault];
  answer?.();
  return answer !== undefined;
}

/** Half of it, and then nothing or the end of the connection. */
function answerInPart(response: ServerResponse, body: Buffer, fault: HubFault): void {
  response.write(body.subarray(0, Math.floor(body.length / 2)), () => {
    if (fault !== 'stall') response.destroy();
  });
}

/** Often enough that the connection is never idle. */
function trickle(response: ServerResponse, content: Buffer): void {
  response.writeHead(200, { 'content-type': 'application/json' });
  let at = 0;
  const timer = setInterval(() => response.write(content.subarray(at, ++at)), TRICKLE_MS);
  response.on('close', () => clearInterval(timer));
}

function pourWithoutEnd(response: ServerResponse): void {
  const pour = (): void => {
    while (!response.destroyed && response.write(ENDLESS_PIECE));
  };
  response.on('drain', pour);
  pour();
}

function answerInfo(state: HubState, asked: Asked): void {
  const { response, model, commit } = asked;
  const fault = faultAt(state, 'info');
  if (answerWrongly(fault, asked)) return;
  const siblings = [...commit.files.keys()].map((rfilename) => ({ rfilename }));
  const info = {
    _id: 'x',
    id: model.name,
    modelId: model.name,
    sha: commit.sha,
    private: false,
    gated: false,
    siblings,
  };
  if (fault === undefined) return answerJson(response, info);
  response.writeHead(200, { 'content-type': 'application/json' });
  if (fault === 'endless') pourWithoutEnd(response);
  else answerInPart(response, Buffer.from(JSON.stringify(info)), fault);
}

function answerTree(state: HubState, asked: Asked): void {
  const { response, url, commit } = asked;
  const fault = faultAt(state, 'tree');
  if (answerWrongly(fault, asked)) return;
  const all = entriesOf(commit, fault);
  const { pageSize = 1000 } = state.options;
  const from = Number(url.searchParams.get('cursor') ?? 0);
  const next = new URL(url);
  next.searchParams.set('cursor', String(from + pageSize));
  const hasMore = fault === 'endless' || from + pageSize < all.length;
  const page = fault === 'endless' ? all.map((entry) => ({ ...entry, path: `${from}/${entry.path}` })) : all;
  answerJson(
    response,
    fault === 'endless' ? page : page.slice(from, from + pageSize),
    linkOf(fault === 'elsewhere' ? new URL(next.pathname, state.storeOrigin) : next, hasMore || fault === 'elsewhere'),
  );
}

function entriesOf({ files }: StandInCommit, fault: HubFault | undefined) {
  const entries = [...files].map(([path, file]) => treeEntry(path, file, fault));
  const [first] = entries;
  if (first !== undefined && fault === 'leaving-path') entries.push({ ...first, path: '../outside.txt' });
  if (first !== undefined && fault === 'duplicate-path') entries.push({ ...first });
  const folders = new Set([...files.keys()].filter((path) => path.includes('/')).map((path) => path.split('/')[0]));
  return [...[...folders].map((path) => ({ type: 'directory', oid: '0'.repeat(40), size: 0, path })), ...entries];
}

const linkOf = ({ href }: URL, hasMore: boolean): Readonly<Record<string, string>> =>
  hasMore ? { link: `<${href}>; rel="next"` } : {};

interface TreeEntry {
  readonly type: 'file';
  readonly path: string;
  readonly size: number;
  readonly oid: string;
  readonly lfs?: { readonly oid: string; readonly size: number; readonly pointerSize: number };
}

function treeEntry(path: string, { content, gitOid, sha256 }: StandInFile, fault: HubFault | undefined): TreeEntry {
  const size = fault === 'wrong-size' ? content.length - 1 : content.length;
  const isWrong = fault === 'wrong-digest';
  const lfs = sha256 === undefined ? {} : { lfs: { oid: isWrong ? 'f'.repeat(64) : sha256, size, pointerSize: 134 } };
  return { type: 'file', oid: isWrong ? 'f'.repeat(40) : gitOid, size, path, ...lfs };
}

function answerFile(state: HubState, asked: Asked, path: string): void {
  const { response, commit } = asked;
  const file = commit.files.get(path);
  if (file === undefined) return refuse(response, 404, 'EntryNotFound', 'Entry not found');
  const { content, gitOid, sha256 } = file;
  response.setHeader('x-repo-commit', commit.sha);
  if (sha256 === undefined) {
    response.setHeader('etag', `"${gitOid}"`);
    return answerContent(state, asked, { path, file });
  }
  response.setHeader('x-linked-etag', `"${sha256}"`);
  response.setHeader('x-linked-size', String(content.length));
  response.writeHead(302, { location: `${state.storeOrigin}/${sha256}?signature=secret-of-the-address` }).end();
}

function answerStore(state: HubState, request: IncomingMessage, response: ServerResponse): void {
  const url = seen(state, request, true);
  const found = state.store.get(url.pathname.slice(1));
  if (found === undefined) return void response.writeHead(403).end('no such key');
  answerContent(state, { request, response, url }, found);
}

function answerContent(
  state: HubState,
  asked: Pick<Asked, 'request' | 'response' | 'url'>,
  { path, file }: { readonly path: string; readonly file: StandInFile },
): void {
  const { request, response } = asked;
  const fault = faultAt(state, 'file', path);
  if (answerWrongly(fault, asked, file.content)) return;
  if (fault === 'endless') {
    response.writeHead(200, { 'content-type': 'application/octet-stream' });
    return pourWithoutEnd(response);
  }
  const whole = fault === 'wrong-hash' ? Buffer.alloc(file.content.length, '?') : file.content;
  const start = state.rules.some((rule) => rule.fault === 'cut-without-ranges') ? 0 : startOf(request);
  const body = whole.subarray(start);
  response.writeHead(start > 0 ? 206 : 200, {
    'content-type': 'application/octet-stream',
    'content-length': body.length + (fault === 'wrong-length' ? 5 : 0),
    'accept-ranges': 'bytes',
    ...(start > 0 ? { 'content-range': `bytes ${start}-${whole.length - 1}/${whole.length}` } : {}),
  });
  if (request.method === 'HEAD') response.end();
  else if (fault === undefined || !INCOMPLETE.has(fault)) response.end(body);
  else answerInPart(response, body, fault);
}

function startOf({ headers: { range = '' } }: IncomingMessage): number {
  return Number(/^bytes=(\d+)-$/.exec(range)?.[1] ?? 0);
}
