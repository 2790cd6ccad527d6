import { z } from 'zod';

/** Where a secret is: never the secret itself, so that a configuration may be shown, kept in version control and logged. */
export const secretReference = z
  .union([
    z.strictObject({ file: z.string().min(1).describe('a file that only the server may read; one line') }),
    z.strictObject({ env: z.string().regex(/^[A-Z][A-Z0-9_]*$/, 'expected a name such as DATABASE_URL') }),
  ])
  .describe('where the secret is: a file, or a variable of the environment');

export type SecretReference = z.infer<typeof secretReference>;
