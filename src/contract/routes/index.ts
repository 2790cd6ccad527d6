import { admissionRoutes } from './admission.ts';
import { grantRoutes } from './grants.ts';
import { ledgerRoutes } from './ledger.ts';
import { modelRoutes } from './models.ts';
import { peopleRoutes } from './people.ts';
import { policyRoutes } from './policies.ts';
import { reviewRoutes } from './reviews.ts';
import { serverRoutes } from './server.ts';
import { serviceRoutes } from './services.ts';
import { sessionRoutes } from './session.ts';
import { versionRoutes } from './versions.ts';

/** Every route of the HTTP interface. */
export const routes = [
  ...admissionRoutes,
  ...grantRoutes,
  ...ledgerRoutes,
  ...modelRoutes,
  ...peopleRoutes,
  ...policyRoutes,
  ...reviewRoutes,
  ...serverRoutes,
  ...serviceRoutes,
  ...sessionRoutes,
  ...versionRoutes,
] as const;

type AnyRoute = (typeof routes)[number];

export type RouteId = AnyRoute['id'];

export type RouteOf<Id extends RouteId> = Extract<AnyRoute, { readonly id: Id }>;
