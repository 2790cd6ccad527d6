import { useQuery } from '@tanstack/react-query';
import { z } from 'zod';
import { ProblemError } from '../../../../src/contract/client.ts';
import type { EvidenceKind } from '../../../../src/contract/types/registry.ts';
import { call } from '../../api/call.ts';

/** Longer documents are downloaded and read elsewhere. */
const MAX_SHOWN_BYTES = 32 * 1024 * 1024;

const text = z.string().catch('');
const number = z.number().catch(0);
const loose = z.record(z.string(), z.unknown()).catch({});
/** Items that are not what they should be are left out: half a document is better than none, and says less, not more. */
const listOf = <Item extends z.ZodType>(item: Item) =>
  z
    .array(z.unknown())
    .catch([])
    .transform((items) =>
      items.flatMap((one): z.output<Item>[] => {
        const parsed = item.safeParse(one);
        return parsed.success ? [parsed.data] : [];
      }),
    );

export const severities = ['critical', 'high', 'medium', 'low', 'info'] as const;

const finding = z.object({
  ruleId: z.string(),
  severity: z.enum(severities).catch('high'),
  title: text,
  message: text,
  location: z.object({
    path: text,
    member: z.string().optional().catch(undefined),
    offset: z.number().optional().catch(undefined),
    length: z.number().optional().catch(undefined),
    pointer: z.string().optional().catch(undefined),
  }),
  references: listOf(z.object({ kind: z.string(), id: z.string() })),
  data: loose,
  occurrences: z.number().catch(1),
  suppressed: z.object({ reason: text }).optional().catch(undefined),
});
export type Finding = z.output<typeof finding>;

const artifact = z.object({
  path: text,
  format: text,
  size: number,
  verdict: text,
  coverage: z
    .object({ bytes: number, unaccounted: number, members: number, membersExamined: number })
    .optional()
    .catch(undefined),
  findings: listOf(finding),
  details: loose,
});

const report = z.object({
  tool: z.object({ version: text }).catch({ version: '' }),
  artifacts: listOf(artifact),
  notes: listOf(z.string()),
});

const line = z.object({ offset: z.number().optional().catch(undefined), text });
const part = z.object({ member: text, title: text, lines: listOf(line), omitted: number });
export type InspectedPart = z.output<typeof part>;
const inspected = z.object({ path: text, parts: listOf(part) });
export type InspectedFile = z.output<typeof inspected>;

const origin = z.object({ file: text, pointer: text }).catch({ file: '', pointer: '' });
const stated = z.object({ name: z.string().optional().catch(undefined), value: z.unknown(), origin });
export type Stated = z.output<typeof stated>;
const statement = z.union([stated.transform((one) => [one]), listOf(stated)]).catch([]);

const totals = z.object({
  path: text,
  format: text,
  tensors: number,
  parameters: number,
  bytes: number,
  byDtype: listOf(z.object({ dtype: text, parameters: number, bytes: number })),
  refused: number,
});
export type TensorTotals = z.output<typeof totals>;

const facts = z.object({
  statements: z.record(z.string(), statement).catch({}),
  tensors: listOf(totals),
  templates: listOf(z.object({ name: text, sha256: text, characters: number, origin })),
  notes: listOf(z.string()),
});

const inspection = z.object({ files: listOf(inspected) });

/** One, several in a list, or several one a line. */
const attestations = z
  .unknown()
  .transform((document): readonly unknown[] => (Array.isArray(document) ? document : [document]));

const shapes = {
  'scan-report': report,
  'release-report': report,
  facts,
  inspection,
  attestations,
  signature: z.unknown(),
  'conversion-record': z.unknown(),
};
type Shapes = typeof shapes;
export type DocumentKind = keyof Shapes;

/** Whatever a document of the server's says, in the shape that can be shown; its texts are still those of strangers. */
export function parseDocument<Kind extends DocumentKind>(kind: Kind, content: string): z.output<Shapes[Kind]> {
  const parsed = shapes[kind].safeParse(kind === 'attestations' ? linesOrWhole(content) : JSON.parse(content));
  if (!parsed.success) throw unreadable(kind, 'it has another shape than this console knows');
  return parsed.data as z.output<Shapes[Kind]>;
}

function linesOrWhole(content: string): unknown {
  try {
    return JSON.parse(content);
  } catch {
    return content
      .split('\n')
      .filter((one) => one.trim() !== '')
      .map((one): unknown => JSON.parse(one));
  }
}

function unreadable(kind: EvidenceKind, detail: string): ProblemError {
  return new ProblemError({
    type: 'about:blank',
    title: 'The document cannot be shown',
    status: 0,
    detail: `the ${kind.replaceAll('-', ' ')} cannot be shown: ${detail}`,
    code: 'document-unreadable',
    hint: 'Download it under Evidence and read it with the command line.',
  });
}

interface Wanted<Kind> {
  readonly versionId: string;
  readonly kind: Kind;
  /** As the list of documents says; null where there is no such document. Another one of the same kind has another digest. */
  readonly document: { readonly digest: string; readonly bytes: number } | null;
}

/** Reads one document of a version, once it is known to be there and of a size that a page can hold. */
export function useDocument<Kind extends DocumentKind>({ versionId, kind, document }: Wanted<Kind>) {
  return useQuery({
    queryKey: ['versions.evidenceFile', { versionId, kind, digest: document?.digest }],
    enabled: document !== null,
    retry: false,
    staleTime: Number.POSITIVE_INFINITY,
    queryFn: async () => {
      if ((document?.bytes ?? 0) > MAX_SHOWN_BYTES) throw unreadable(kind, 'it is too long for a page');
      const response = await call('versions.evidenceFile', { params: { versionId, kind } });
      const content = await response.text();
      try {
        return parseDocument(kind, content);
      } catch (error) {
        throw error instanceof ProblemError ? error : unreadable(kind, 'it is no JSON');
      }
    },
  });
}
