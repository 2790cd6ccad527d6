import { z } from 'zod';
import { actionIds, roles } from '../actions.ts';

/** RFC 3339 in UTC, with milliseconds. */
export const time = z.iso.datetime();

export const id = z
  .string()
  .max(64)
  .regex(/^[a-z]{3}_[0-9A-HJKMNP-TV-Z]{26}$/, 'expected an id such as per_01J8Z3…');

export const role = z.enum(roles);
export const action = z.enum(actionIds);

/** What people call a thing: no control characters, no line ends. */
export const label = z
  .string()
  .trim()
  .min(1)
  .max(120)
  .regex(/^\P{C}*$/u, 'expected no control characters');

/** A sentence or a few. */
export const comment = z.string().trim().max(2000);

export const email = z.email().max(254);

/** Where a grant holds: on the whole server, in a project, on one model. */
export const scope = z.discriminatedUnion('kind', [
  z.object({ kind: z.literal('server') }),
  z.object({ kind: z.literal('project'), id }),
  z.object({ kind: z.literal('model'), id }),
]);
export type Scope = z.infer<typeof scope>;

export const namedScope = z.intersection(scope, z.object({ name: z.string() }));

export const principalRef = z.object({ kind: z.enum(['person', 'service']), id });
export type PrincipalRef = z.infer<typeof principalRef>;

/** A principal with the name to show. */
export const principal = principalRef.extend({ name: z.string() });

export const cursorQuery = z.object({
  limit: z.coerce.number().int().min(1).max(200).default(50),
  cursor: z.string().max(200).optional(),
});

/** A page of a list; `next` goes into `cursor` of the next request. */
export const page = <Item extends z.ZodType>(item: Item) =>
  z.object({ items: z.array(item), next: z.string().nullable() });

export const networks = z
  .array(z.union([z.cidrv4(), z.cidrv6()]))
  .max(50)
  .describe('networks in CIDR notation; an empty list means any');
