import type { AnyBinding } from './bind.ts';
import { grantBindings } from './grants.ts';
import { ledgerBindings } from './ledger.ts';
import { ownAccountBindings } from './own-account.ts';
import { peopleBindings } from './people.ts';
import { policyBindings } from './policies.ts';
import { registryContentBindings } from './registry-contents.ts';
import { admissionBindings } from './registry-admission.ts';
import { registryPipelineBindings } from './registry-pipeline.ts';
import { registryUploadBindings } from './registry-uploads.ts';
import { registryModelBindings } from './registry-models.ts';
import { registryUpstreamBindings } from './registry-upstream.ts';
import { reviewBindings } from './reviews.ts';
import { serverBindings } from './server.ts';
import { serviceBindings } from './services.ts';
import { sessionBindings } from './session.ts';

/** What answers each route of the contract. */
export const bindings: readonly AnyBinding[] = [
  ...admissionBindings,
  ...grantBindings,
  ...ledgerBindings,
  ...ownAccountBindings,
  ...peopleBindings,
  ...policyBindings,
  ...registryContentBindings,
  ...registryPipelineBindings,
  ...registryUploadBindings,
  ...registryModelBindings,
  ...registryUpstreamBindings,
  ...reviewBindings,
  ...serverBindings,
  ...serviceBindings,
  ...sessionBindings,
];
