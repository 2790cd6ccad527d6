import { SignError } from '../sign/errors.ts';
import { readBundle, type Bundle } from '../sign/bundle.ts';
import { signLimits } from '../sign/limits.ts';
import { verifyBundle, type Trust, type VerifiedSigner } from '../sign/verify-bundle.ts';
import type { EvidenceItem } from './schema.ts';

/** An evidence file as it lies beside the model. */
export interface EvidenceFile {
  readonly file: string;
  readonly content: Uint8Array;
}

export interface EvidenceContext {
  /** Whom to believe; null when nobody was named, and nothing can be verified then. */
  readonly trust: Trust | null;
  /** The root digest of the files as they are now. */
  readonly rootDigest: string;
}

/** What a signature file is worth: whether its signature holds, and whether it speaks of these files. */
export function checkSignature({ file, content }: EvidenceFile, context: EvidenceContext): EvidenceItem {
  const base = { file, kind: 'signature', what: 'signature of the model', signer: null } as const;
  try {
    const bundle = readBundle(content);
    const { statement } = bundle;
    if (statement.kind !== 'model') return { ...base, state: 'invalid', detail: 'it signs no model' };
    if (statement.rootDigest !== context.rootDigest) {
      return { ...base, state: 'invalid', detail: 'it signs other files than those that are there' };
    }
    return { ...base, ...verified(bundle, context) };
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return { ...base, state: 'invalid', detail: error.message };
  }
}

/** Every line of an attestation file. */
export function checkAttestations({ file, content }: EvidenceFile, context: EvidenceContext): readonly EvidenceItem[] {
  const lines = new TextDecoder().decode(content).split('\n');
  const filled = lines.filter((line) => line.trim() !== '');
  if (filled.length > signLimits.maxAttestations) {
    const detail = `${filled.length} attestations, ${signLimits.maxAttestations} allowed`;
    return [{ file, kind: 'attestation', what: 'attestations', state: 'invalid', signer: null, detail }];
  }
  return filled.map((line) => checkAttestation(file, line, context));
}

function checkAttestation(file: string, line: string, context: EvidenceContext): EvidenceItem {
  const base = { file, kind: 'attestation', what: 'attestation', signer: null } as const;
  try {
    const bundle = readBundle(line);
    const { statement } = bundle;
    if (statement.kind !== 'attestation') return { ...base, state: 'invalid', detail: 'it is no attestation' };
    const what = statement.predicateType;
    if (!statement.subjects.some((one) => one.sha256 === context.rootDigest)) {
      return { ...base, what, state: 'invalid', detail: 'it is about something else than these files' };
    }
    return { ...base, what, ...verified(bundle, context) };
  } catch (error) {
    if (!(error instanceof SignError)) throw error;
    return { ...base, state: 'invalid', detail: error.message };
  }
}

/** @throws SignError when the signature is wrong, or by somebody who is not trusted. */
function verified(bundle: Bundle, { trust }: EvidenceContext): Pick<EvidenceItem, 'state' | 'signer' | 'detail'> {
  if (trust === null) {
    return { state: 'not-verified', signer: null, detail: 'speaks of these files; who signed it was not checked' };
  }
  const found = verifyBundle(bundle, trust);
  const times = found.times.map(({ time }) => time.toISOString());
  const since = times.length === 0 ? '' : `, not later than ${times.sort()[0] ?? ''}`;
  const notes = found.notes.length === 0 ? '' : `; ${found.notes.join('; ')}`;
  return { state: 'verified', signer: signerText(found.signer), detail: `speaks of these files${since}${notes}` };
}

function signerText(signer: VerifiedSigner['signer']): string {
  switch (signer.method) {
    case 'key':
      return `key ${signer.fingerprint.slice(0, 16)}… (${signer.curve})`;
    case 'certificate':
      return `certificate ${signer.subject}`;
    case 'keyless':
      return `${signer.identity}, according to ${signer.issuer}`;
    default:
      return signer satisfies never;
  }
}
