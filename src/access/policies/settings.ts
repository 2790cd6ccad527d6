import { z } from 'zod';

/** Whether the one who proposed policies may ever put them into force; a part of the section `access` of the configuration file. */
export const dualControl = z
  .enum(['always', 'single-administrator-may'])
  .default('always')
  .describe('a change of policies needs a second person; or also not, while there is no other person who could decide');

export type DualControl = z.output<typeof dualControl>;
