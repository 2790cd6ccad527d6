/**
 * A certificate authority (Fulcio API v2), a certificate transparency log and a transparency log (Rekor API v1) on
 * 127.0.0.1, with the trusted root that goes with them. It believes any token: who may be whom is not what is tested.
 */
import { createHash, createPublicKey, sign, verify, X509Certificate, type KeyObject } from 'node:crypto';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import {
  alternativeName,
  CODE_SIGNING,
  element,
  extension,
  newPair,
  octets,
  rootAuthority,
  issue,
  subAuthority,
  type Authority,
} from './x509.ts';

const MINUTE = 60_000;
const ISSUER_V2 = '1.3.6.1.4.1.57264.1.8';
const TIMESTAMP_LIST = '1.3.6.1.4.1.11129.2.4.2';
export const STAND_IN_ISSUER = 'https://issuer.example.org';

interface Log {
  readonly privateKey: KeyObject;
  readonly spki: Buffer;
  readonly id: Buffer;
}

export interface StandIn {
  readonly url: string;
  readonly trustedRoot: object;
  /** Bodies of requests, in order. */
  readonly requests: readonly string[];
  /** Replaces the next answers: what a broken or hostile service would say. */
  answer:
    | ((
        path: string,
      ) => { readonly status: number; readonly body: string; readonly headers?: Record<string, string> } | null)
    | null;
  close(): Promise<void>;
}

const sha256 = (...parts: readonly Uint8Array[]): Buffer => createHash('sha256').update(Buffer.concat(parts)).digest();

function newLog(): Log {
  const { privateKey, publicKey } = newPair();
  const spki = publicKey.export({ type: 'spki', format: 'der' });
  return { privateKey, spki, id: sha256(spki) };
}

/** An unsigned token: header, claims, and something in place of a signature. */
export function tokenFor(claims: object): string {
  const part = (value: object): string => Buffer.from(JSON.stringify(value)).toString('base64url');
  return `${part({ alg: 'none' })}.${part(claims)}.c2lnbmF0dXJl`;
}

export async function startStandIn(): Promise<StandIn> {
  const services = new Services();
  const server = createServer((request, response) => void services.serve(request, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  services.url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return Object.assign(services, {
    trustedRoot: services.root(),
    close: () => new Promise<void>((resolve) => server.close(() => resolve())),
  });
}

class Services {
  url = '';
  requests: string[] = [];
  answer: StandIn['answer'] = null;
  readonly #authorityRoot = rootAuthority('stand-in root');
  readonly #authority: Authority = subAuthority(this.#authorityRoot, 'stand-in issuer', { ca: { pathLength: 0 } });
  readonly #ctLog = newLog();
  readonly #log = newLog();
  readonly #leaves: Buffer[] = [];

  async serve(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    for await (const chunk of request) chunks.push(chunk as Buffer);
    const body = Buffer.concat(chunks).toString('utf8');
    this.requests.push(body);
    const path = request.url ?? '';
    const forced = this.answer?.(path) ?? null;
    if (forced !== null) {
      response.writeHead(forced.status, forced.headers ?? {}).end(forced.body);
      return;
    }
    const answer = path === '/api/v2/signingCert' ? this.#issue(JSON.parse(body)) : this.#enter(JSON.parse(body));
    response.writeHead(201, { 'content-type': 'application/json' }).end(JSON.stringify(answer));
  }

  #issue(request: {
    credentials: { oidcIdentityToken: string };
    publicKeyRequest: { publicKey: { content: string }; proofOfPossession: string };
  }): object {
    const claims = JSON.parse(
      Buffer.from(request.credentials.oidcIdentityToken.split('.')[1] ?? '', 'base64url').toString(),
    );
    const subject = String(claims.email ?? claims.sub);
    const publicKey = createPublicKey(request.publicKeyRequest.publicKey.content);
    const proof = Buffer.from(request.publicKeyRequest.proofOfPossession, 'base64');
    if (!verify('sha256', Buffer.from(subject), publicKey, proof)) throw new Error('no proof of possession');
    const certificate = issue(this.#authority, {
      subject: 'keyless',
      publicKey,
      notBefore: new Date(Date.now() - MINUTE),
      notAfter: new Date(Date.now() + 10 * MINUTE),
      keyUsage: [0],
      purposes: [CODE_SIGNING],
      more: [
        alternativeName(subject.includes('@') ? 1 : 6, subject),
        extension(ISSUER_V2, element(0x0c, Buffer.from(String(claims.iss ?? STAND_IN_ISSUER)))),
      ],
      timestamps: (tbs) => this.#stamp(tbs),
    });
    const certificates = [certificate, this.#authority.certificate].map((one) => one.toString());
    return { signedCertificateEmbeddedSct: { chain: { certificates } } };
  }

  /** RFC 6962 §3.2. */
  #stamp(tbs: Buffer): Buffer {
    const time = Buffer.alloc(8);
    time.writeBigUInt64BE(BigInt(Date.now()));
    const issuer = sha256(this.#authority.publicKey.export({ type: 'spki', format: 'der' }));
    const length = Buffer.from([tbs.length >> 16, (tbs.length >> 8) & 0xff, tbs.length & 0xff]);
    const signed = Buffer.concat([
      Buffer.from([0, 0]),
      time,
      Buffer.from([0, 1]),
      issuer,
      length,
      tbs,
      Buffer.from([0, 0]),
    ]);
    const signature = sign('sha256', signed, this.#ctLog.privateKey);
    const stamp = Buffer.concat([
      Buffer.from([0]),
      this.#ctLog.id,
      time,
      Buffer.from([0, 0, 4, 3]),
      prefixed(signature),
    ]);
    return extension(TIMESTAMP_LIST, octets(prefixed(prefixed(stamp))));
  }

  #enter(request: { spec: { proposedContent: { envelope: string; verifiers: string[] } } }): object {
    const { envelope, verifiers } = request.spec.proposedContent;
    const { payload, signatures } = JSON.parse(envelope);
    const verifier = verifiers[0] ?? '';
    if (new X509Certificate(Buffer.from(verifier, 'base64')).ca) throw new Error('an authority does not sign');
    const hash = (value: string) => ({ algorithm: 'sha256', value });
    const body = Buffer.from(
      JSON.stringify({
        apiVersion: '0.0.1',
        kind: 'dsse',
        spec: {
          envelopeHash: hash(sha256(Buffer.from(envelope)).toString('hex')),
          payloadHash: hash(sha256(Buffer.from(payload, 'base64')).toString('hex')),
          signatures: [{ signature: signatures[0].sig, verifier }],
        },
      }),
    );
    this.#leaves.push(body);
    const logIndex = this.#leaves.length - 1;
    const integratedTime = Math.floor(Date.now() / 1000);
    const logID = this.#log.id.toString('hex');
    const promised = JSON.stringify({ body: body.toString('base64'), integratedTime, logID, logIndex });
    const entry = {
      body: body.toString('base64'),
      integratedTime,
      logID,
      logIndex,
      verification: {
        signedEntryTimestamp: sign('sha256', Buffer.from(promised), this.#log.privateKey).toString('base64'),
        inclusionProof: this.#prove(logIndex),
      },
    };
    return { [sha256(body).toString('hex')]: entry };
  }

  #prove(logIndex: number): object {
    const hashes: Buffer[] = [];
    const rootHash = this.#tree(this.#leaves, logIndex, hashes);
    const treeSize = this.#leaves.length;
    const origin = new URL(this.url).host;
    const note = `${origin}\n${treeSize}\n${rootHash.toString('base64')}\n`;
    const signature = sign('sha256', Buffer.from(note), this.#log.privateKey);
    const line = `\u2014 ${origin} ${Buffer.concat([this.#log.id.subarray(0, 4), signature]).toString('base64')}\n`;
    return {
      checkpoint: `${note}\n${line}`,
      hashes: hashes.map((one) => one.toString('hex')),
      logIndex,
      rootHash: rootHash.toString('hex'),
      treeSize,
    };
  }

  /** RFC 6962 §2.1; collects the hashes beside the path to `index`, from the leaf up. */
  #tree(leaves: readonly Buffer[], index: number | null, path: Buffer[]): Buffer {
    const [only] = leaves;
    if (leaves.length === 1 && only !== undefined) return sha256(Buffer.from([0]), only);
    let split = 1;
    while (split * 2 < leaves.length) split *= 2;
    const isLeft = index !== null && index < split;
    const left = this.#tree(leaves.slice(0, split), isLeft ? index : null, path);
    const right = this.#tree(leaves.slice(split), index === null || isLeft ? null : index - split, path);
    if (index !== null) path.push(isLeft ? right : left);
    return sha256(Buffer.from([1]), left, right);
  }

  root(): object {
    const validFor = { start: '2020-01-01T00:00:00Z' };
    const key = (log: Log) => ({
      baseUrl: this.url,
      hashAlgorithm: 'SHA2_256',
      publicKey: { rawBytes: log.spki.toString('base64'), keyDetails: 'PKIX_ECDSA_P256_SHA_256', validFor },
      logId: { keyId: log.id.toString('base64') },
    });
    const chain = [this.#authority, this.#authorityRoot].map((one) => ({
      rawBytes: one.certificate.raw.toString('base64'),
    }));
    return {
      mediaType: 'application/vnd.dev.sigstore.trustedroot+json;version=0.1',
      tlogs: [key(this.#log)],
      certificateAuthorities: [
        {
          subject: { organization: 'test', commonName: 'stand-in' },
          uri: this.url,
          certChain: { certificates: chain },
          validFor,
        },
      ],
      ctlogs: [key(this.#ctLog)],
      timestampAuthorities: [],
    };
  }
}

function prefixed(bytes: Buffer): Buffer {
  return Buffer.concat([Buffer.from([bytes.length >> 8, bytes.length & 0xff]), bytes]);
}
