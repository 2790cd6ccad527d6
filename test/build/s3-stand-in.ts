/**
 * An S3-compatible store in memory, as far as Vouchsafe asks for one, that checks what real stores check and s3rver 3.7.1 does not: the
 * signature and the hash of each body, the length of parts, the end of uploads; and that can be told to fail.
 */
import { createHash, createHmac, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

const MIN_PART_BYTES = 5 * 1024 * 1024;

interface StoredObject {
  readonly body: Buffer;
  readonly at: Date;
}

interface Upload {
  readonly key: string;
  readonly at: Date;
  readonly parts: Map<number, Buffer>;
}

interface Asked {
  readonly method: string;
  readonly key: string;
  readonly query: URLSearchParams;
  readonly headers: IncomingMessage['headers'];
  readonly body: Buffer;
}

/** What an answer is made of; text becomes XML. */
type Answer = { readonly status: number; readonly headers?: Record<string, string>; readonly body?: Buffer | string };

export interface S3Fault {
  readonly when: (asked: { readonly method: string; readonly key: string; readonly query: URLSearchParams }) => boolean;
  /** Ends the connection after so many bytes of the body, or answers with a status. */
  readonly outcome: { readonly cutAfterBytes: number } | { readonly status: number };
  times: number;
}

export class S3StandIn {
  readonly bucket = 'blobs';
  readonly accessKeyId = 'stand-in';
  readonly secretAccessKey = randomBytes(20).toString('hex');
  readonly objects = new Map<string, StoredObject>();
  readonly uploads = new Map<string, Upload>();
  readonly faults: S3Fault[] = [];
  /** Objects of one list. */
  pageLength = 1000;
  readonly #server: Server = createServer((request, response) => void this.#serve(request, response));

  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return;
    }
    const url = new URL(request.url ?? '/', 'http://stand-in');
    const [, bucket, ...key] = decodeURIComponent(url.pathname).split('/');
    const asked: Asked = {
      method: request.method ?? 'GET',
      key: key.join('/'),
      query: url.searchParams,
      headers: request.headers,
      body: Buffer.concat(chunks),
    };
    const fault = this.#faultOf(asked);
    if (fault !== undefined && 'status' in fault.outcome) {
      send(response, failure(fault.outcome.status, 'InternalError'));
      return;
    }
    const answer = this.#refusal(asked, url.pathname, bucket) ?? this.#answer(asked);
    if (fault !== undefined && 'cutAfterBytes' in fault.outcome) cut(response, answer, fault.outcome.cutAfterBytes);
    else send(response, answer);
  }

  #faultOf(asked: Asked): S3Fault | undefined {
    const fault = this.faults.find(({ when, times }) => times > 0 && when(asked));
    if (fault !== undefined) fault.times -= 1;
    return fault;
  }

  #refusal(asked: Asked, path: string, bucket: string | undefined): Answer | undefined {
    if (bucket !== this.bucket) return failure(404, 'NoSuchBucket');
    const found = createHash('sha256').update(asked.body).digest('hex');
    if (asked.headers['x-amz-content-sha256'] !== found) return failure(400, 'XAmzContentSHA256Mismatch');
    if (signatureOf(asked, path, this.secretAccessKey) === undefined) return failure(403, 'SignatureDoesNotMatch');
    return undefined;
  }

  #answer(asked: Asked): Answer {
    const { method, query } = asked;
    const uploadId = query.get('uploadId');
    if (uploadId !== null) return this.#answerUpload(asked, uploadId);
    if (query.has('uploads')) return method === 'POST' ? this.#begin(asked) : this.#listUploads(asked);
    if (asked.key === '') return this.#list(asked);
    switch (method) {
      case 'PUT':
        return this.#put(asked);
      case 'DELETE':
        this.objects.delete(asked.key);
        return { status: 204 };
      default:
        return this.#get(asked);
    }
  }

  #put({ key, body, headers }: Asked): Answer {
    const source = headers['x-amz-copy-source'];
    const from = source === undefined ? undefined : this.#source(String(source));
    if (source !== undefined && from === undefined) return failure(404, 'NoSuchKey');
    const stored = from ?? body;
    this.objects.set(key, { body: stored, at: new Date() });
    return {
      status: 200,
      headers: { etag: etag(stored) },
      ...(from === undefined ? {} : { body: copied('Object', from) }),
    };
  }

  #get({ key, headers, method }: Asked): Answer {
    const object = this.objects.get(key);
    if (object === undefined) return failure(404, 'NoSuchKey');
    const { body } = object;
    const range = /^bytes=(\d+)-(\d+)$/.exec(headers.range ?? '');
    if (range === null || method === 'HEAD') return { status: 200, headers: { etag: etag(body) }, body };
    const [start, end] = [Number(range[1]), Math.min(Number(range[2]) + 1, body.length)];
    if (start >= body.length) return failure(416, 'InvalidRange');
    return {
      status: 206,
      headers: { 'content-range': `bytes ${start}-${end - 1}/${body.length}` },
      body: body.subarray(start, end),
    };
  }

  #list({ query }: Asked): Answer {
    const prefix = query.get('prefix') ?? '';
    const after = query.get('continuation-token') ?? '';
    const all = [...this.objects]
      .filter(([key]) => key.startsWith(prefix) && key > after)
      .toSorted(([a], [b]) => (a < b ? -1 : 1));
    const found = all.slice(0, this.pageLength);
    const last = found.at(-1)?.[0];
    const next =
      all.length > found.length && last !== undefined
        ? `<IsTruncated>true</IsTruncated><NextContinuationToken>${last}</NextContinuationToken>`
        : '';
    const contents = found.map(
      ([key, { at, body }]) =>
        `<Contents><Key>${key}</Key><LastModified>${at.toISOString()}</LastModified><Size>${body.length}</Size></Contents>`,
    );
    return { status: 200, body: xml('ListBucketResult', `${next}${contents.join('')}`) };
  }

  #listUploads({ query }: Asked): Answer {
    const prefix = query.get('prefix') ?? '';
    const found = [...this.uploads].filter(([, { key }]) => key.startsWith(prefix));
    const uploads = found.map(
      ([id, { key, at }]) =>
        `<Upload><Key>${key}</Key><UploadId>${id}</UploadId><Initiated>${at.toISOString()}</Initiated></Upload>`,
    );
    return { status: 200, body: xml('ListMultipartUploadsResult', uploads.join('')) };
  }

  #begin({ key }: Asked): Answer {
    const id = randomBytes(8).toString('hex');
    this.uploads.set(id, { key, at: new Date(), parts: new Map() });
    return { status: 200, body: xml('InitiateMultipartUploadResult', `<UploadId>${id}</UploadId>`) };
  }

  #answerUpload(asked: Asked, id: string): Answer {
    const upload = this.uploads.get(id);
    if (upload === undefined || upload.key !== asked.key) return failure(404, 'NoSuchUpload');
    if (asked.method === 'PUT') return this.#putPart(asked, upload);
    if (asked.method === 'POST') return this.#complete(asked, id, upload);
    this.uploads.delete(id);
    return { status: 204 };
  }

  #putPart({ body, headers, query }: Asked, upload: Upload): Answer {
    const number = Number(query.get('partNumber'));
    const source = headers['x-amz-copy-source'];
    if (source === undefined) {
      upload.parts.set(number, body);
      return { status: 200, headers: { etag: etag(body) } };
    }
    const [, start = '', end = ''] = /^bytes=(\d+)-(\d+)$/.exec(String(headers['x-amz-copy-source-range'])) ?? [];
    const part = this.#source(String(source))?.subarray(Number(start), Number(end) + 1);
    if (part === undefined) return failure(404, 'NoSuchKey');
    upload.parts.set(number, part);
    return { status: 200, body: copied('Part', part) };
  }

  #complete({ body, key }: Asked, id: string, upload: Upload): Answer {
    const named = [...body.toString().matchAll(/<Part>.*?<\/Part>/gs)].map(([part]) => ({
      number: Number(/<PartNumber>(\d+)</.exec(part)?.[1]),
      tag: /<ETag>(.*?)</.exec(part)?.[1]?.replaceAll('&quot;', '"') ?? '',
    }));
    const parts = named.map(({ number }) => upload.parts.get(number));
    const isRight = named.every(
      ({ number, tag }, i) => number === i + 1 && parts[i] !== undefined && etag(parts[i]) === tag,
    );
    if (!isRight || named.length === 0) return failure(400, 'InvalidPart');
    const bodies = parts.filter((part) => part !== undefined);
    if (bodies.slice(0, -1).some((part) => part.length < MIN_PART_BYTES)) return failure(400, 'EntityTooSmall');
    this.uploads.delete(id);
    this.objects.set(key, { body: Buffer.concat(bodies), at: new Date() });
    return { status: 200, body: xml('CompleteMultipartUploadResult', `<Key>${key}</Key>`) };
  }

  #source(source: string): Buffer | undefined {
    const [bucket, ...key] = decodeURIComponent(source).replace(/^\//, '').split('/');
    return bucket === this.bucket ? this.objects.get(key.join('/'))?.body : undefined;
  }
}

function send(response: ServerResponse, { status, headers, body = '' }: Answer): void {
  const isHead = response.req.method === 'HEAD';
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.end(isHead || status === 204 ? undefined : body);
}

function cut(response: ServerResponse, { status, headers, body = '' }: Answer, bytes: number): void {
  response.writeHead(status, { 'content-length': Buffer.byteLength(body), ...headers });
  response.write(Buffer.from(body).subarray(0, bytes), () => response.destroy());
}

function failure(status: number, code: string): Answer {
  return { status, body: xml('Error', `<Code>${code}</Code><Message>told to</Message>`) };
}

function copied(what: 'Object' | 'Part', body: Buffer): string {
  return xml(`Copy${what}Result`, `<ETag>${etag(body)}</ETag><LastModified>${new Date().toISOString()}</LastModified>`);
}

function xml(name: string, content: string): string {
  return `<?xml version="1.0" encoding="UTF-8"?><${name} xmlns="http://s3.amazonaws.com/doc/2006-03-01/">${content}</${name}>`;
}

function etag(body: Buffer): string {
  return `"${createHash('md5').update(body).digest('hex')}"`;
}

/** The signature, if it is right: AWS Signature Version 4, as documented for S3 (the path is not encoded twice). */
function signatureOf({ method, headers, query }: Asked, path: string, secret: string): string | undefined {
  const authorization = headers.authorization ?? '';
  const [, scope = '', signed = '', signature = ''] =
    /^AWS4-HMAC-SHA256 Credential=[^/]+\/([^,]+), SignedHeaders=([^,]+), Signature=(\w+)$/.exec(authorization) ?? [];
  const names = signed.split(';');
  const canonicalQuery = [...query]
    .map(([name, value]) => `${encodeURIComponent(name)}=${encodeURIComponent(value)}`)
    .sort()
    .join('&');
  const lines = names.map((name) => `${name}:${String(headers[name] ?? '').trim()}\n`).join('');
  const request = [method, path, canonicalQuery, lines, signed, headers['x-amz-content-sha256']].join('\n');
  const hash = createHash('sha256').update(request).digest('hex');
  const text = ['AWS4-HMAC-SHA256', headers['x-amz-date'], scope, hash].join('\n');
  const key = scope
    .split('/')
    .reduce((key, part) => createHmac('sha256', key).update(part).digest(), Buffer.from(`AWS4${secret}`));
  const expected = createHmac('sha256', key).update(text).digest('hex');
  return expected === signature ? expected : undefined;
}
