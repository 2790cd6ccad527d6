import { createRootRoute, createRoute, createRouter, lazyRouteComponent, Outlet } from '@tanstack/react-router';
import { z } from 'zod';
import { Admission } from './frame/admission.tsx';
import { PageFailure, PageMissing, PagePending } from './frame/page-states.tsx';

const root = createRootRoute({ component: Outlet, errorComponent: PageFailure });

/** Parts of an address that somebody may have typed or broken: what cannot be read is left out, the page stands. */
const word = z
  .union([z.string(), z.number().transform(String)])
  .optional()
  .catch(undefined);
const yes = z.boolean().optional().catch(undefined);
const moment = z.iso.datetime().optional().catch(undefined);
/** Shown as it is: no sentence that somebody else wants to be read here. */
const errorCode = z
  .string()
  .max(40)
  .regex(/^[a-z]+(-[a-z]+)*$/)
  .optional()
  .catch(undefined);

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: z.object({ next: word, error: errorCode }),
  component: lazyRouteComponent(() => import('./pages/gate/sign-in.tsx'), 'SignInPage'),
});
const setUp = createRoute({
  getParentRoute: () => root,
  path: '/set-up',
  component: lazyRouteComponent(() => import('./pages/gate/set-up.tsx'), 'SetUpPage'),
});
const invitation = createRoute({
  getParentRoute: () => root,
  path: '/invitation',
  component: lazyRouteComponent(() => import('./pages/gate/invitation.tsx'), 'InvitationPage'),
});
const enrol = createRoute({
  getParentRoute: () => root,
  path: '/enrol',
  component: lazyRouteComponent(() => import('./pages/gate/enrol.tsx'), 'EnrolPage'),
});

/** Everything inside is for people who are signed in. */
const frame = createRoute({ getParentRoute: () => root, id: 'frame', component: Admission });

const overview = createRoute({
  getParentRoute: () => frame,
  path: '/',
  component: lazyRouteComponent(() => import('./pages/overview/overview.tsx'), 'OverviewPage'),
});
/** One of a few words; anything else is left out. */
const oneOf = <const Words extends readonly [string, ...string[]]>(...words: Words) =>
  z.enum(words).optional().catch(undefined);

const models = createRoute({
  getParentRoute: () => frame,
  path: '/models',
  validateSearch: z.object({
    search: word,
    projectId: word,
    tag: word,
    licence: word,
    state: oneOf('uploading', 'examining', 'review', 'released', 'denied', 'recalled', 'failed'),
    verdict: oneOf('clean', 'inconclusive', 'suspicious', 'malicious'),
    archived: yes,
    order: oneOf('name', 'changed'),
    make: yes,
  }),
  component: lazyRouteComponent(() => import('./pages/models/models.tsx'), 'ModelsPage'),
});
const model = createRoute({
  getParentRoute: () => frame,
  path: '/models/$modelId',
  component: lazyRouteComponent(() => import('./pages/models/model.tsx'), 'ModelPage'),
});
const modelVersion = createRoute({
  getParentRoute: () => frame,
  path: '/versions/$versionId',
  validateSearch: z.object({
    part: oneOf('findings', 'files', 'contents', 'origin', 'evidence', 'decisions', 'downloads'),
  }),
  component: lazyRouteComponent(() => import('./pages/versions/version.tsx'), 'ModelVersionPage'),
});
const upload = createRoute({
  getParentRoute: () => frame,
  path: '/upload',
  validateSearch: z.object({ model: word, version: word }),
  component: lazyRouteComponent(() => import('./pages/upload/upload.tsx'), 'UploadPage'),
});
const approvals = createRoute({
  getParentRoute: () => frame,
  path: '/approvals',
  component: lazyRouteComponent(() => import('./pages/approvals/approvals.tsx'), 'ApprovalsPage'),
});
const approval = createRoute({
  getParentRoute: () => frame,
  path: '/approvals/$versionId',
  component: lazyRouteComponent(() => import('./pages/approvals/approval.tsx'), 'ApprovalPage'),
});
const recalls = createRoute({
  getParentRoute: () => frame,
  path: '/recalls',
  component: lazyRouteComponent(() => import('./pages/recalls/recalls.tsx'), 'RecallsPage'),
});
const admissionPolicy = createRoute({
  getParentRoute: () => frame,
  path: '/admission',
  component: lazyRouteComponent(() => import('./pages/admission/admission.tsx'), 'AdmissionPage'),
});
const admissionEditor = createRoute({
  getParentRoute: () => frame,
  path: '/admission/edit',
  component: lazyRouteComponent(() => import('./pages/admission/editor-page.tsx'), 'AdmissionEditorPage'),
});
const waivers = createRoute({
  getParentRoute: () => frame,
  path: '/waivers',
  component: lazyRouteComponent(() => import('./pages/waivers/waivers.tsx'), 'WaiversPage'),
});
const notices = createRoute({
  getParentRoute: () => frame,
  path: '/notices',
  component: lazyRouteComponent(() => import('./pages/notices/notices.tsx'), 'NoticesPage'),
});
const people = createRoute({
  getParentRoute: () => frame,
  path: '/people',
  validateSearch: z.object({ invite: yes }),
  component: lazyRouteComponent(() => import('./pages/people/people.tsx'), 'PeoplePage'),
});
const person = createRoute({
  getParentRoute: () => frame,
  path: '/people/$personId',
  component: lazyRouteComponent(() => import('./pages/people/person.tsx'), 'PersonPage'),
});
const services = createRoute({
  getParentRoute: () => frame,
  path: '/services',
  validateSearch: z.object({ make: yes }),
  component: lazyRouteComponent(() => import('./pages/services/services.tsx'), 'ServicesPage'),
});
const service = createRoute({
  getParentRoute: () => frame,
  path: '/services/$serviceId',
  component: lazyRouteComponent(() => import('./pages/services/service.tsx'), 'ServicePage'),
});
const grants = createRoute({
  getParentRoute: () => frame,
  path: '/grants',
  component: lazyRouteComponent(() => import('./pages/grants/grants.tsx'), 'GrantsPage'),
});
const policies = createRoute({
  getParentRoute: () => frame,
  path: '/policies',
  component: lazyRouteComponent(() => import('./pages/policies/policies.tsx'), 'PoliciesPage'),
});
const policyEditor = createRoute({
  getParentRoute: () => frame,
  path: '/policies/edit',
  component: lazyRouteComponent(() => import('./pages/policies/editor-page.tsx'), 'PolicyEditorPage'),
});
const policyTester = createRoute({
  getParentRoute: () => frame,
  path: '/policies/try',
  component: lazyRouteComponent(() => import('./pages/policies/tester.tsx'), 'PolicyTesterPage'),
});
const policyVersion = createRoute({
  getParentRoute: () => frame,
  path: '/policies/$version',
  component: lazyRouteComponent(() => import('./pages/policies/version.tsx'), 'PolicyVersionPage'),
});
const reviews = createRoute({
  getParentRoute: () => frame,
  path: '/reviews',
  component: lazyRouteComponent(() => import('./pages/reviews/reviews.tsx'), 'ReviewsPage'),
});
const campaign = createRoute({
  getParentRoute: () => frame,
  path: '/reviews/$campaignId',
  component: lazyRouteComponent(() => import('./pages/reviews/campaign.tsx'), 'CampaignPage'),
});
const ledger = createRoute({
  getParentRoute: () => frame,
  path: '/ledger',
  validateSearch: z.object({
    class: word,
    activity: word,
    actorId: word,
    objectId: word,
    decision: z.enum(['allow', 'deny', 'transform', 'review']).optional().catch(undefined),
    outcome: z.enum(['success', 'failure']).optional().catch(undefined),
    from: moment,
    to: moment,
  }),
  component: lazyRouteComponent(() => import('./pages/ledger/entries.tsx'), 'EntriesPage'),
});
const entry = createRoute({
  getParentRoute: () => frame,
  path: '/ledger/$index',
  component: lazyRouteComponent(() => import('./pages/ledger/entry.tsx'), 'EntryPage'),
});
const checkpoints = createRoute({
  getParentRoute: () => frame,
  path: '/checkpoints',
  component: lazyRouteComponent(() => import('./pages/ledger/checkpoints.tsx'), 'CheckpointsPage'),
});
const account = createRoute({
  getParentRoute: () => frame,
  path: '/account',
  validateSearch: z.object({ error: errorCode }),
  component: lazyRouteComponent(() => import('./pages/settings/account.tsx'), 'AccountPage'),
});
const server = createRoute({
  getParentRoute: () => frame,
  path: '/server',
  component: lazyRouteComponent(() => import('./pages/settings/server.tsx'), 'ServerPage'),
});

/** Whatever else somebody types. */
const elsewhere = createRoute({ getParentRoute: () => frame, path: '/$', component: PageMissing });

const places = [
  overview,
  models,
  model,
  modelVersion,
  upload,
  approvals,
  approval,
  recalls,
  admissionPolicy,
  admissionEditor,
  waivers,
  notices,
  people,
  person,
  services,
  service,
  grants,
  policies,
  policyEditor,
  policyTester,
  policyVersion,
  reviews,
  campaign,
  ledger,
  entry,
  checkpoints,
  account,
  server,
  elsewhere,
];

export const router = createRouter({
  routeTree: root.addChildren([signIn, setUp, invitation, enrol, frame.addChildren(places)]),
  defaultPreload: 'intent',
  defaultPendingComponent: PagePending,
  defaultErrorComponent: PageFailure,
  defaultPendingMs: 150,
  scrollRestoration: true,
  // What was opened or revealed about one thing is not shown beside the next one.
  defaultRemountDeps: ({ params }) => params,
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof router;
  }
}
