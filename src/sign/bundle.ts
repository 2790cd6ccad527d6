import * as z from 'zod';
import { IN_TOTO_PAYLOAD_TYPE } from './dsse.ts';
import { SignError } from './errors.ts';
import { signLimits } from './limits.ts';
import { parseStatement, type Statement } from './statement.ts';
import { parseStrictJson } from './strict-json.ts';

const BUNDLE_MEDIA_TYPE = 'application/vnd.dev.sigstore.bundle.v0.3+json';

/** What a bundle says about who signed. Nothing of it is trusted until it was verified. */
export type SignerMaterial =
  | { readonly method: 'key'; readonly hint: string | null; readonly publicKeyPem: string | null }
  /** DER, the signer's own first. */
  | { readonly method: 'certificate'; readonly chain: readonly Buffer[] }
  | { readonly method: 'keyless'; readonly certificate: Buffer };

/** A signature over one statement. */
export interface Bundle {
  readonly signer: SignerMaterial;
  readonly payload: Buffer;
  readonly signature: Buffer;
  readonly statement: Statement;
  /** Transparency log entries and RFC 3161 timestamps, as Sigstore's libraries read them. */
  readonly logEntries: readonly unknown[];
  readonly timestamps: readonly Buffer[];
  /** The JSON document as it was parsed. */
  readonly document: unknown;
}

const base64 = z.string().refine(isCanonicalBase64, 'expected base64');

const certificate = z.strictObject({ rawBytes: base64 });

const materialSchema = z.strictObject({
  publicKey: z
    .strictObject({
      hint: z.string().nullish(),
      rawBytes: base64.optional(),
      keyDetails: z.string().optional(),
      validFor: z.unknown().optional(),
    })
    .optional(),
  x509CertificateChain: z
    .strictObject({ certificates: z.array(certificate).min(1).max(signLimits.maxCertificates) })
    .optional(),
  certificate: certificate.optional(),
  tlogEntries: z.array(z.looseObject({})).max(signLimits.maxLogEntries).optional(),
  timestampVerificationData: z
    .strictObject({
      rfc3161Timestamps: z
        .array(z.strictObject({ signedTimestamp: base64 }))
        .max(signLimits.maxTimestamps)
        .optional(),
    })
    .nullish(),
});

const bundleSchema = z.strictObject({
  mediaType: z.string(),
  verificationMaterial: materialSchema,
  dsseEnvelope: z.strictObject({
    payload: base64,
    payloadType: z.string(),
    signatures: z.array(z.strictObject({ sig: base64, keyid: z.string().nullish() })),
  }),
});

type RawBundle = z.infer<typeof bundleSchema>;

/**
 * Reads a Sigstore bundle and the statement in it. Says nothing about the signature: that is `verifyBundle`'s.
 * @throws SignError when it is no bundle, or its statement is inconsistent.
 */
export function readBundle(content: Uint8Array | string): Bundle {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  if (bytes.length > signLimits.maxBundleBytes) {
    throw SignError.of('size-limit', `a bundle of ${bytes.length} bytes, ${signLimits.maxBundleBytes} allowed`);
  }
  const document = parseStrictJson(bytes, {
    code: 'bundle-malformed',
    what: 'the file',
    maxValues: signLimits.maxBundleValues,
  });
  const raw = parseBundle(document);
  checkShape(raw);
  const { dsseEnvelope, verificationMaterial: material } = raw;
  const [signature] = dsseEnvelope.signatures;
  if (signature === undefined || dsseEnvelope.signatures.length !== 1) {
    throw SignError.of('extra-signature', `found ${dsseEnvelope.signatures.length}`);
  }
  const payload = Buffer.from(dsseEnvelope.payload, 'base64');
  return {
    signer: signerOf(material),
    payload,
    signature: bounded(signature.sig, signLimits.maxSignatureBytes, 'a signature'),
    statement: parseStatement(payload),
    logEntries: material.tlogEntries ?? [],
    timestamps: (material.timestampVerificationData?.rfc3161Timestamps ?? []).map((one) =>
      bounded(one.signedTimestamp, signLimits.maxCertificateBytes, 'a timestamp'),
    ),
    document,
  };
}

function parseBundle(document: unknown): RawBundle {
  const parsed = bundleSchema.safeParse(document);
  if (parsed.success) return parsed.data;
  const [issue] = parsed.error.issues;
  throw SignError.of('bundle-malformed', `${issue?.path.map(String).join('.') || 'bundle'}: ${issue?.message ?? ''}`);
}

function checkShape({ mediaType, dsseEnvelope }: RawBundle): void {
  if (mediaType !== BUNDLE_MEDIA_TYPE) {
    throw SignError.of('bundle-unsupported', `media type ${mediaType}, expected ${BUNDLE_MEDIA_TYPE}`);
  }
  if (dsseEnvelope.payloadType !== IN_TOTO_PAYLOAD_TYPE) {
    throw SignError.of(
      'bundle-unsupported',
      `payload type ${dsseEnvelope.payloadType}, expected ${IN_TOTO_PAYLOAD_TYPE}`,
    );
  }
}

function signerOf(material: RawBundle['verificationMaterial']): SignerMaterial {
  const { publicKey, x509CertificateChain, certificate } = material;
  const given = [publicKey, x509CertificateChain, certificate].filter((one) => one !== undefined);
  if (given.length !== 1) {
    throw SignError.of('bundle-malformed', `expected one kind of verification material, found ${given.length}`);
  }
  if (publicKey !== undefined) return keyOf(publicKey);
  if (certificate !== undefined) return { method: 'keyless', certificate: der(certificate.rawBytes) };
  const chain = x509CertificateChain?.certificates ?? [];
  return { method: 'certificate', chain: chain.map((one) => der(one.rawBytes)) };
}

/** Before version 1.1 the key itself was put in place of its fingerprint. */
function keyOf({ hint, rawBytes }: NonNullable<RawBundle['verificationMaterial']['publicKey']>): SignerMaterial {
  const isHint = hint !== null && hint !== undefined && hint !== '';
  if (!isHint && rawBytes === undefined) throw SignError.of('bundle-malformed', 'the public key is not identified');
  return {
    method: 'key',
    hint: isHint ? hint : null,
    publicKeyPem: rawBytes === undefined ? null : bounded(rawBytes, 4096, 'a public key').toString('latin1'),
  };
}

function der(text: string): Buffer {
  return bounded(text, signLimits.maxCertificateBytes, 'a certificate');
}

function bounded(text: string, maxBytes: number, what: string): Buffer {
  const bytes = Buffer.from(text, 'base64');
  if (bytes.length > maxBytes)
    throw SignError.of('size-limit', `${what} of ${bytes.length} bytes, ${maxBytes} allowed`);
  if (bytes.length === 0) throw SignError.of('bundle-malformed', `${what} is empty`);
  return bytes;
}

/** Only the one spelling of RFC 4648: bits that a lenient decoder drops would let a bundle be changed unnoticed. */
function isCanonicalBase64(text: string): boolean {
  return Buffer.from(text, 'base64').toString('base64') === text;
}

/** What goes into a bundle. */
export interface BundleParts {
  readonly material: Readonly<Record<string, unknown>>;
  readonly payload: Uint8Array;
  readonly signature: Uint8Array;
}

/** A bundle as JSON text on one line. */
export function bundleText({ material, payload, signature }: BundleParts): string {
  return JSON.stringify({
    mediaType: BUNDLE_MEDIA_TYPE,
    verificationMaterial: material,
    dsseEnvelope: {
      payload: Buffer.from(payload).toString('base64'),
      payloadType: IN_TOTO_PAYLOAD_TYPE,
      signatures: [{ sig: Buffer.from(signature).toString('base64'), keyid: '' }],
    },
  });
}
