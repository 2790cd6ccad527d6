import * as z from 'zod';
import { IN_TOTO_PAYLOAD_TYPE } from './dsse.ts';
import { SignError } from './errors.ts';
import { post } from './post.ts';

const decimal = z.union([z.int().nonnegative(), z.string().regex(/^\d+$/)]);
const logEntry = z.object({
  body: z.string(),
  integratedTime: decimal,
  logID: z.string().regex(/^[0-9a-f]{64}$/),
  logIndex: decimal,
  verification: z.object({
    signedEntryTimestamp: z.string().optional(),
    inclusionProof: z.object({
      checkpoint: z.string(),
      hashes: z.array(z.string()),
      logIndex: decimal,
      rootHash: z.string(),
      treeSize: decimal,
    }),
  }),
});
const logResponse = z.record(z.string(), logEntry);

/** What is entered: a signature, and what it is verified with. */
export interface LoggedSignature {
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
  /** The signer's certificate or public key. */
  readonly verifierPem: string;
}

/**
 * Enters a signature into a transparency log (Rekor, API v1), which says by it when the signature existed.
 * @returns the entry as bundles hold it. @throws SignError `service-failed`.
 */
export async function requestLogEntry(rekorUrl: string, signed: LoggedSignature): Promise<object> {
  const { payload, signature, verifierPem } = signed;
  const envelope = {
    payload: Buffer.from(payload).toString('base64'),
    payloadType: IN_TOTO_PAYLOAD_TYPE,
    signatures: [{ sig: Buffer.from(signature).toString('base64'), keyid: '' }],
  };
  const answer = await post({
    service: 'the transparency log',
    base: rekorUrl,
    path: '/api/v1/log/entries',
    body: {
      apiVersion: '0.0.1',
      kind: 'dsse',
      spec: {
        proposedContent: {
          envelope: JSON.stringify(envelope),
          verifiers: [Buffer.from(verifierPem).toString('base64')],
        },
      },
    },
  });
  const parsed = logResponse.safeParse(answer);
  const [entry, ...others] = Object.values(parsed.data ?? {});
  if (entry === undefined || others.length > 0) {
    throw SignError.of('service-failed', 'the transparency log answered without an entry');
  }
  return entryMaterial(entry);
}

/** An entry as bundles write it: hexadecimal digits become base64, numbers become text. */
function entryMaterial(entry: z.infer<typeof logEntry>): object {
  const { inclusionProof: proof, signedEntryTimestamp } = entry.verification;
  const fromHex = (digits: string): string => Buffer.from(digits, 'hex').toString('base64');
  return {
    logIndex: String(entry.logIndex),
    logId: { keyId: fromHex(entry.logID) },
    kindVersion: { kind: 'dsse', version: '0.0.1' },
    integratedTime: String(entry.integratedTime),
    ...(signedEntryTimestamp === undefined ? {} : { inclusionPromise: { signedEntryTimestamp } }),
    inclusionProof: {
      logIndex: String(proof.logIndex),
      rootHash: fromHex(proof.rootHash),
      treeSize: String(proof.treeSize),
      hashes: proof.hashes.map(fromHex),
      checkpoint: { envelope: proof.checkpoint },
    },
    canonicalizedBody: entry.body,
  };
}
