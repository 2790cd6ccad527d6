import { createCipheriv, createDecipheriv, createHash, randomBytes } from 'node:crypto';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

/** What a stand-in answers. */
interface Answer {
  readonly status: number;
  readonly body: object | string;
  readonly headers?: Record<string, string>;
}

export interface StandIn {
  readonly address: string;
  readonly requests: { readonly url: string; readonly headers: IncomingMessage['headers']; readonly body: string }[];
  /** Answers the next request instead of the service. */
  override: ((url: string) => Answer | 'hang') | undefined;
  close(): Promise<void>;
}

type Service = (url: string, body: Record<string, unknown>, headers: IncomingMessage['headers']) => Answer;

async function serve(service: Service): Promise<StandIn> {
  const requests: StandIn['requests'] = [];
  const standIn: { override: StandIn['override'] } = { override: undefined };
  const server = createServer((request, response) => {
    void respond(request, response);
  });
  async function respond(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const [url, body] = [request.url ?? '', await bodyOf(request)];
    requests.push({ url, headers: request.headers, body });
    const input = JSON.parse(body) as Record<string, unknown>;
    const answer = standIn.override?.(url) ?? service(url, input, request.headers);
    if (answer !== 'hang') send(response, answer);
  }
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(standIn, { address, requests, close: () => closed(server) });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let text = '';
  for await (const part of request) text += String(part);
  return text;
}

function send(response: ServerResponse, { status, body, headers }: Answer): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(typeof body === 'string' ? body : JSON.stringify(body));
}

function closed(server: Server): Promise<void> {
  server.closeAllConnections();
  return new Promise((resolve) => server.close(() => resolve()));
}

function textOf(value: unknown): string {
  return typeof value === 'string' ? value : '';
}

/** AES-256-GCM under a key of the service's own, with what is bound as associated data. */
function encrypt(key: Buffer, plain: Buffer, bound: Buffer): Buffer {
  const nonce = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(bound);
  return Buffer.concat([nonce, cipher.update(plain), cipher.final(), cipher.getAuthTag()]);
}

function decrypt(key: Buffer, sealed: Buffer, bound: Buffer): Buffer | null {
  const decipher = createDecipheriv('aes-256-gcm', key, sealed.subarray(0, 12)).setAAD(bound);
  decipher.setAuthTag(sealed.subarray(-16));
  try {
    return Buffer.concat([decipher.update(sealed.subarray(12, -16)), decipher.final()]);
  } catch {
    return null;
  }
}

export const VAULT_TOKEN = 'hvs.a-token-that-must-not-leak';

/** The part of HashiCorp Vault's transit engine that is used: a derived AEAD key at `transit/model`. */
export async function serveVault(): Promise<StandIn & { rotate(): void }> {
  const masters = [randomBytes(32)];
  const bytes = (value: unknown): Buffer => Buffer.from(textOf(value), 'base64');
  const standIn = await serve((url, body, headers) => {
    if (headers['x-vault-token'] !== VAULT_TOKEN) return { status: 403, body: { errors: ['permission denied'] } };
    const operation = /^\/v1\/transit\/(encrypt|decrypt)\/model$/.exec(url)?.[1];
    if (operation === undefined) return { status: 404, body: { errors: [] } };
    const [, version = `v${masters.length}`, wrapped = ''] = textOf(body['ciphertext']).split(':');
    const master = masters[Number(version.slice(1)) - 1] ?? Buffer.alloc(0);
    const key = createHash('sha256').update(master).update(bytes(body['context'])).digest();
    const bound = bytes(body['associated_data']);
    if (operation === 'encrypt') {
      const sealed = encrypt(key, bytes(body['plaintext']), bound);
      const ciphertext = `vault:${version}:${sealed.toString('base64')}`;
      return { status: 200, body: { data: { ciphertext, key_version: masters.length } } };
    }
    const plain = decrypt(key, bytes(wrapped), bound);
    if (plain === null) return { status: 400, body: { errors: [`invalid ciphertext ${textOf(body['ciphertext'])}`] } };
    return { status: 200, body: { data: { plaintext: plain.toString('base64') } } };
  });
  return Object.assign(standIn, { rotate: () => void masters.push(randomBytes(32)) });
}

export const KMS_KEY = 'arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab';

/** The part of AWS KMS that is used, with one key and the alias `alias/model`. */
export function serveKms(): Promise<StandIn> {
  const key = randomBytes(32);
  const bytes = (value: unknown): Buffer => Buffer.from(textOf(value), 'base64');
  const refuse = (type: string): Answer => ({ status: 400, body: { __type: type, message: 'no' } });
  return serve((_, body, headers) => {
    if (!String(headers['authorization']).startsWith('AWS4-HMAC-SHA256 Credential=AKIDEXAMPLE/')) {
      return refuse('MissingAuthenticationTokenException');
    }
    if (body['KeyId'] !== KMS_KEY && body['KeyId'] !== 'alias/model') return refuse('NotFoundException');
    const entries = Object.entries(body['EncryptionContext'] as Record<string, string>).sort(([a], [b]) =>
      a < b ? -1 : 1,
    );
    const bound = Buffer.from(JSON.stringify(entries));
    if (headers['x-amz-target'] === 'TrentService.Encrypt') {
      const sealed = encrypt(key, bytes(body['Plaintext']), bound);
      return { status: 200, body: { CiphertextBlob: sealed.toString('base64'), KeyId: KMS_KEY } };
    }
    const plain = decrypt(key, bytes(body['CiphertextBlob']), bound);
    return plain === null
      ? refuse('InvalidCiphertextException')
      : { status: 200, body: { Plaintext: plain.toString('base64'), KeyId: KMS_KEY } };
  });
}
