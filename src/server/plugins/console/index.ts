import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { type Coding, type ConsoleFile, readConsole } from './console-files.ts';

/** Everything from this server, nothing inline; the console writes no style elements. */
const consolePolicy = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "img-src 'self' data:",
  "font-src 'self'",
  "connect-src 'self'",
  "worker-src 'self'",
  "manifest-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
  "require-trusted-types-for 'script'",
].join('; ');

/** First parts of addresses that are never a page of the console. */
const RESERVED = ['/api', '/oauth', '/problems', '/healthz', '/readyz', '/metrics', '/assets', '/ledger/tile'];

/** A page of the console: words and ids between slashes, nothing that looks like the name of a file. */
const PAGE_PATH = /^\/(?:[A-Za-z0-9_-]+(?:\/[A-Za-z0-9_-]+)*)?$/;

/** Whether an address may be a page of the console; which of them there are is for the console itself to say. */
function isPage(path: string): boolean {
  return PAGE_PATH.test(path) && !RESERVED.some((first) => path === first || path.startsWith(`${first}/`));
}

/** Serves the console: its files by their exact names, and its first page for every page of its own. */
export function addConsole(app: FastifyInstance, folder: string): void {
  const files = readConsole(folder);
  const page = files.get('/index.html');
  for (const [path, file] of files) {
    if (path !== '/index.html') app.get(path, async (request, reply) => sendFile(file, request, reply));
  }
  if (page === undefined) return;
  app.get('/', async (request, reply) => sendPage(page, request, reply));
  app.get('/*', async (request, reply) => {
    const [path = ''] = request.url.split('?');
    return isPage(path) && accepts(request, 'text/html') ? sendPage(page, request, reply) : reply.callNotFound();
  });
}

async function sendPage(page: ConsoleFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.header('content-security-policy', consolePolicy);
  return sendFile(page, request, reply);
}

async function sendFile(file: ConsoleFile, request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply> {
  reply.headers({
    etag: file.etag,
    vary: 'accept-encoding',
    'cache-control': file.isImmutable ? 'public, max-age=31536000, immutable' : 'no-cache',
  });
  if (request.headers['if-none-match'] === file.etag) return reply.code(304).send();
  const coding = codingOf(request);
  const bytes = await file.encoded(coding);
  const isCompressed = bytes !== (await file.encoded('identity'));
  if (isCompressed) reply.header('content-encoding', coding);
  return reply.type(file.mediaType).send(Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length));
}

function accepts(request: FastifyRequest, mediaType: string): boolean {
  return request.headers.accept?.includes(mediaType) === true;
}

function codingOf({ headers }: FastifyRequest): Coding {
  const accepted = new Set(headers['accept-encoding']?.toString().toLowerCase().split(/,\s*/));
  if (accepted.has('br')) return 'br';
  return accepted.has('gzip') ? 'gzip' : 'identity';
}
