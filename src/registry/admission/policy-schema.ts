import { z } from 'zod';
import { classification } from '../../contract/types/people.ts';
import { severities } from '../../rules/rule.ts';
import { verdicts } from '../../scan/report.ts';

/** More is a program, not a policy; each is asked of every version. */
const MAX_RULES = 100;
const MAX_SIGNERS = 100;
/** Entries of one list in it. */
const MAX_ENTRIES = 500;

const word = z.string().trim().min(1).max(200);
const words = z.array(word).min(1).max(MAX_ENTRIES);
const sentence = z.string().trim().min(1).max(500);
const ruleId = z
  .string()
  .regex(/^[a-z0-9][a-z0-9-]{0,63}$/, 'expected lower-case letters, digits and dashes')
  .refine((id) => id !== 'default', 'default is the name of what applies when no rule lets a version in');
const fingerprint = z.string().regex(/^[0-9a-f]{64}$/, 'expected 64 lower-case hexadecimal digits');
const pem = z.string().min(1).max(20_000);

const UNITS: Readonly<Record<string, number>> = {
  B: 1,
  kB: 1e3,
  MB: 1e6,
  GB: 1e9,
  TB: 1e12,
  KiB: 2 ** 10,
  MiB: 2 ** 20,
  GiB: 2 ** 30,
  TiB: 2 ** 40,
};
const SIZE = /^(\d{1,12}(?:\.\d{1,3})?) ?(B|kB|MB|GB|TB|KiB|MiB|GiB|TiB)$/;

/** A number of bytes, or such as `5 GB`. */
const bytes = z.union([
  z.int().min(0),
  z
    .string()
    .regex(SIZE, 'expected a number of bytes, or such as 500 MB or 5 GiB')
    .transform((text) => {
      const [, number = '', unit = 'B'] = SIZE.exec(text) ?? [];
      return Math.round(Number(number) * (UNITS[unit] ?? 1));
    }),
]);

const range = <Limit extends z.ZodType>(limit: Limit) =>
  z
    .strictObject({ moreThan: limit.optional(), atMost: limit.optional() })
    .refine((one) => one.moreThan !== undefined || one.atMost !== undefined, 'expected moreThan, atMost, or both');

const findings = z
  .strictObject({
    rules: words.optional().describe('ids of rules of the scan, with * for any part'),
    except: words.optional().describe('ids of rules that do not count, with * for any part'),
    atLeast: z.enum(severities).optional().describe('this severity or a worse one'),
  })
  .refine((one) => Object.values(one).some((value) => value !== undefined), 'expected rules, except or atLeast');

const formats = z
  .strictObject({
    any: words.optional().describe('a file is of one of these'),
    only: words.optional().describe('every file is of one of these'),
  })
  .refine((one) => (one.any === undefined) !== (one.only === undefined), 'expected exactly one of any and only');

const licences = z
  .strictObject({
    only: words.optional().describe('a licence is stated, and all that is stated can be met with these'),
    any: words.optional().describe('something that is stated cannot be met without one of these'),
    known: z.boolean().optional().describe('true: a licence is stated, and SPDX or the owner’s entry knows it by name'),
  })
  .refine((one) => Object.values(one).filter((value) => value !== undefined).length === 1, {
    error: 'expected exactly one of only, any and known',
  });

const codeKind = z.enum(['python', 'remote']);

/** What a rule may ask for. Everything that is named must hold. */
const conditions = z.strictObject({
  verdictAtLeast: z.enum(verdicts).optional().describe('the verdict is this or worse; for deny and review'),
  verdictAtMost: z.enum(verdicts).optional().describe('the verdict is this or better; for allow and convert'),
  findings: findings.optional().describe('there is such a finding; for deny and review'),
  noFindings: findings.optional().describe('there is no such finding; for allow and convert'),
  code: z.array(codeKind).min(1).optional().describe('there is such code; for deny and review'),
  noCode: z.array(codeKind).min(1).optional().describe('there is no such code; for allow and convert'),
  formats: formats.optional(),
  licences: licences.optional(),
  signatures: z
    .strictObject({ by: words, atLeast: z.int().min(1).max(20).default(1) })
    .optional()
    .describe('so many of these signers have signed every file of the source'),
  files: range(z.int().min(0)).optional().describe('number of files'),
  bytes: range(bytes).optional().describe('of all files together'),
  fileBytes: range(bytes).optional().describe('of the largest file'),
  classification: z.array(classification).min(1).optional().describe('the model is classified as one of these'),
  source: z
    .array(z.enum(['upload', 'hub']))
    .min(1)
    .optional(),
  hubs: words.optional().describe('it comes from a hub at one of these addresses, with * for any part'),
  repositories: words.optional().describe('its name on the hub is one of these, with * for any part'),
  models: words.optional().describe('the name of the model is one of these, with * for any part'),
  tags: words.optional().describe('the model has one of these tags'),
  examinedDaysAgo: range(z.number().min(0)).optional().describe('age of the examination in days'),
  conversion: z
    .array(z.enum(['needless', 'possible', 'impossible']))
    .min(1)
    .optional()
    .describe('whether everything whose loading runs code can be converted'),
});

const when = conditions.extend({
  always: z.literal(true).optional().describe('holds for everything; stands alone, or beside verdictAtMost'),
  anyOf: z.array(conditions).min(1).max(20).optional().describe('at least one of these holds'),
  not: conditions.optional().describe('this does not hold; takes nothing that depends on findings'),
});

const rule = z.strictObject({
  id: ruleId,
  effect: z.enum(['allow', 'convert', 'review', 'deny']),
  why: sentence.optional().describe('for people: why there is this rule'),
  fix: sentence.optional().describe('for people: what to do'),
  waiver: z
    .enum(['never', 'allowed', 'required'])
    .optional()
    .describe(
      'whether an approval may, or must, rest on a waiver with an end; allowed for review, never for the others unless said',
    ),
  when,
});

const signer = z
  .strictObject({
    name: word,
    key: z
      .strictObject({ pem: pem.optional(), fingerprint: fingerprint.optional() })
      .refine((one) => one.pem !== undefined || one.fingerprint !== undefined, 'give pem, fingerprint, or both')
      .optional()
      .describe('public key in PEM; a fingerprint alone can name what was verified with the key before'),
    certificate: z
      .strictObject({
        roots: pem.describe('root certificates in PEM'),
        subject: word.optional(),
        fingerprint: fingerprint.optional(),
      })
      .optional(),
    keyless: z.strictObject({ identity: word.describe('* stands for any characters but /'), issuer: word }).optional(),
  })
  .refine(
    ({ key, certificate, keyless }) => [key, certificate, keyless].filter((one) => one !== undefined).length === 1,
    'expected exactly one of key, certificate, keyless',
  );

/** The admission policy. Unknown keys are errors: a mistyped key that is ignored is a policy that is not applied. */
export const admissionPolicySchema = z.strictObject({
  version: z.literal(1).default(1).describe('of this language'),
  default: z.enum(['review', 'deny']).default('review').describe('what applies where no rule allows or converts'),
  signers: z.array(signer).max(MAX_SIGNERS).default([]).describe('who may sign what comes in'),
  trustedRoot: z
    .string()
    .max(100_000)
    .optional()
    .describe('Sigstore trusted root in JSON, for keyless signatures and trusted times'),
  rules: z.array(rule).min(1).max(MAX_RULES),
});

export type AdmissionPolicy = z.output<typeof admissionPolicySchema>;
export type AdmissionRule = AdmissionPolicy['rules'][number];
export type PolicySigner = AdmissionPolicy['signers'][number];
export type Conditions = z.output<typeof conditions>;
export type When = z.output<typeof when>;
