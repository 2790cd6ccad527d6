import { z } from 'zod';

/** The one shape of an error over HTTP (RFC 9457), with a stable code and what to do about it. */
export const problemSchema = z.object({
  /** A page that describes the code. */
  type: z.string(),
  title: z.string(),
  status: z.int(),
  /** A plain sentence: what was expected, what was found, where. */
  detail: z.string(),
  /** Stable; programs may rely on it. */
  code: z.string(),
  /** What to do about it. */
  hint: z.string().optional(),
  /** The id of this request, as it is in the server's log. */
  instance: z.string().optional(),
  /** Where in the request, for each thing that is wrong. */
  errors: z.array(z.object({ path: z.string(), message: z.string() })).optional(),
  /** Policies that decided, for a refusal by policy. */
  policies: z.array(z.string()).optional(),
  retryAfterSeconds: z.number().optional(),
});

export type Problem = z.infer<typeof problemSchema>;
