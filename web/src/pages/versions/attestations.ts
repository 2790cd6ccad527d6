import { z } from 'zod';

const envelope = z.object({
  payload: z.string(),
  payloadType: z.string().catch(''),
  signatures: z.array(z.object({ keyid: z.string().optional().catch(undefined) })).catch([]),
});
const bundle = z.object({
  mediaType: z.string().catch('Sigstore bundle'),
  dsseEnvelope: envelope,
  verificationMaterial: z
    .object({ publicKey: z.object({ hint: z.string() }).optional().catch(undefined) })
    .optional()
    .catch(undefined),
});
const statement = z.object({
  predicateType: z.string().catch('not said'),
  subject: z
    .array(z.object({ name: z.string().catch(''), digest: z.record(z.string(), z.string()).catch({}) }))
    .catch([]),
});

type Statement = z.output<typeof statement>;

const NOTHING: Statement = { predicateType: 'cannot be read', subject: [] };

/** The statement inside an envelope (DSSE); nothing is verified here, `vouchsafe verify` does that. */
function statementIn(payload: string): Statement {
  try {
    const bytes = Uint8Array.from(atob(payload), (letter) => letter.charCodeAt(0));
    return statement.catch(NOTHING).parse(JSON.parse(new TextDecoder().decode(bytes)));
  } catch {
    return NOTHING;
  }
}

function envelopeOf(
  document: unknown,
): { readonly payload: string; readonly keys: readonly string[]; readonly format: string } | null {
  const asBundle = bundle.safeParse(document);
  if (asBundle.success) {
    const { mediaType, dsseEnvelope, verificationMaterial } = asBundle.data;
    const hint = verificationMaterial?.publicKey?.hint;
    return {
      payload: dsseEnvelope.payload,
      keys: hint === undefined ? keyIds(dsseEnvelope) : [hint],
      format: mediaType,
    };
  }
  const alone = envelope.safeParse(document);
  if (!alone.success) return null;
  return { payload: alone.data.payload, keys: keyIds(alone.data), format: `DSSE, ${alone.data.payloadType}` };
}

function keyIds({ signatures }: z.output<typeof envelope>): readonly string[] {
  return signatures.flatMap(({ keyid }) => (keyid === undefined || keyid === '' ? [] : [keyid]));
}

/** What a signature says of itself, for people. */
export function signatureOf(document: unknown): {
  readonly format: string;
  readonly keys: readonly string[];
  readonly subject: string | null;
  readonly algorithm: string | null;
} {
  const found = envelopeOf(document);
  if (found === null) return { format: 'not known to this console', keys: [], subject: null, algorithm: null };
  const { predicateType, subject } = statementIn(found.payload);
  return {
    format: found.format,
    keys: found.keys,
    subject: subject[0]?.digest['sha256'] ?? null,
    algorithm: predicateType,
  };
}

interface AttestationRow {
  readonly key: string;
  readonly title: string;
  readonly predicateType: string;
  readonly subjects: string;
}

const MAX_NAMED = 5;
const MAX_ROWS = 200;

/** What kinds of statements there are, each in a few words. */
const titles: readonly (readonly [RegExp, string])[] = [
  [/scan|vuln|test-result/i, 'how it was examined'],
  [/conversion|convert/i, 'how it was converted'],
  [/provenance/i, 'where it comes from and how it was made'],
  [/bom|cyclonedx|spdx/i, 'what it is made of'],
  [/signature/i, 'which files belong to it'],
  [/admission|decision|approval/i, 'what was decided'],
];

export function attestationsOf(documents: readonly unknown[]): readonly AttestationRow[] {
  return documents.slice(0, MAX_ROWS).map((document, index) => {
    const found = envelopeOf(document);
    const { predicateType, subject } = found === null ? NOTHING : statementIn(found.payload);
    const names = subject.slice(0, MAX_NAMED).map(({ name }) => name);
    const more = subject.length > MAX_NAMED ? ` and ${subject.length - MAX_NAMED} more` : '';
    return {
      key: `${index} ${predicateType}`,
      title: titles.find(([pattern]) => pattern.test(predicateType))?.[1] ?? 'something else',
      predicateType,
      subjects: names.length === 0 ? 'not said' : `${names.join(', ')}${more}`,
    };
  });
}
