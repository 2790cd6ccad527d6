import { z } from 'zod';

const MIB = 1024 * 1024;
const count = z.int().min(1);

/** Bounds of what the registry takes in. */
const registryLimits = z.strictObject({
  maxFiles: z.int().min(1).max(10_000).default(10_000).describe('files of one version'),
  maxFileBytes: count.default(512 * 1024 * MIB).describe('of one file'),
  maxVersionBytes: count.default(2 * 1024 * 1024 * MIB).describe('of all files of a version together'),
  partBytes: z
    .int()
    .min(1 * MIB)
    .max(64 * MIB)
    .default(16 * MIB)
    .describe('files are uploaded in parts of this size'),
  uploadDays: count.max(365).default(7).describe('an upload that rests for longer is given up'),
  maxUploadsPerPrincipal: z
    .int()
    .min(1)
    .max(100_000)
    .default(100)
    .describe('uploads of one person or service that are not submitted yet'),
});

/** The hub that models are fetched from. */
export const upstreamSettings = z.strictObject({
  endpoint: z
    .url({ protocol: /^https?$/ })
    .default('https://huggingface.co')
    .describe('address of a hub with the interface of the Hugging Face Hub'),
  pullThrough: z
    .boolean()
    .default(false)
    .describe('fetch, examine and admit what a client of the hub interface asks for and is not here yet'),
  project: z
    .string()
    .min(1)
    .max(120)
    .default('Hub')
    .describe('name of the project that such models go to; made if missing'),
  names: z
    .array(z.string().min(1).max(200))
    .max(1000)
    .default(['*'])
    .describe('names that may be fetched, with * for any part: meta-llama/*'),
  waitSeconds: z
    .int()
    .min(1)
    .max(300)
    .default(8)
    .describe('a client waits so long for the answer, then is told to retry; many clients give up after 10'),
  freshSeconds: z
    .int()
    .min(1)
    .max(86_400)
    .default(60)
    .describe('where a branch or a tag leads to is asked again after this'),
  stallSeconds: z
    .int()
    .min(1)
    .max(3600)
    .default(30)
    .describe('a download that brings next to nothing for so long is cut off and resumed'),
  importsAtOnce: z.int().min(1).max(64).default(2).describe('imports that a process runs at once'),
  maxImports: z.int().min(1).max(10_000).default(100).describe('imports that run or wait, in all'),
  maxImportsPerPrincipal: z
    .int()
    .min(1)
    .max(10_000)
    .default(10)
    .describe('imports that run or wait, of one person or service'),
});

/** The section `registry` of the configuration, without what names secrets. */
export const registrySettings = z.strictObject({
  limits: registryLimits.prefault({}),
  recentDays: count
    .max(3650)
    .default(90)
    .describe('whoever downloaded a version within so many days hears of its recall'),
});

export type RegistryLimits = z.output<typeof registryLimits>;
export type UpstreamSettings = z.output<typeof upstreamSettings>;
