import {
  Bell,
  BookOpenCheck,
  Boxes,
  CircleUserRound,
  ClipboardCheck,
  Gavel,
  KeyRound,
  LayoutDashboard,
  ListChecks,
  type LucideIcon,
  Scale,
  ScrollText,
  Server,
  ShieldHalf,
  Stamp,
  TicketCheck,
  Undo2,
  Upload,
  UsersRound,
} from 'lucide-react';
import type { ActionId } from '../../../src/contract/actions.ts';

export interface Place {
  readonly to: string;
  readonly label: string;
  readonly icon: LucideIcon;
  /** Shown to whoever may do this; to everybody where absent. */
  readonly action?: ActionId;
  /** The second key after "g". */
  readonly key: string;
  readonly words: string;
  /** A page of the server, not of the console. */
  readonly outside?: true;
  /** Which figure of the registry's summary stands beside it: what waits for the reader there. */
  readonly counts?: 'waitingForMe' | 'unseenNotices';
}

export interface Section {
  readonly title: string | null;
  readonly places: readonly Place[];
}

/** Everything the rail, the palette and the shortcuts know; a new page is one row here and one route. */
export const sections: readonly Section[] = [
  {
    title: null,
    places: [
      { to: '/', label: 'Overview', icon: LayoutDashboard, action: 'overview.read', key: 'o', words: 'home attention' },
    ],
  },
  {
    title: 'Models',
    places: [
      { to: '/models', label: 'Models', icon: Boxes, key: 'd', words: 'registry versions verdicts find' },
      { to: '/upload', label: 'Upload', icon: Upload, key: 'u', words: 'push publish new version files folder' },
      {
        to: '/approvals',
        label: 'Approvals',
        icon: Gavel,
        key: 'q',
        words: 'queue review approve refuse decide waiting',
        counts: 'waitingForMe',
      },
      { to: '/recalls', label: 'Recalls', icon: Undo2, key: 'x', words: 'withdraw stop downloads told' },
      {
        to: '/admission',
        label: 'Admission policy',
        icon: ListChecks,
        action: 'admission.read',
        key: 'n',
        words: 'yaml rules dry run allow deny',
      },
      {
        to: '/waivers',
        label: 'Waivers',
        icon: TicketCheck,
        action: 'admission.read',
        key: 'w',
        words: 'exceptions accepted risk expiry',
      },
      {
        to: '/notices',
        label: 'Notices',
        icon: Bell,
        key: 'b',
        words: 'bell told recalled alerts',
        counts: 'unseenNotices',
      },
    ],
  },
  {
    title: 'Access',
    places: [
      {
        to: '/people',
        label: 'People',
        icon: UsersRound,
        action: 'people.read',
        key: 'p',
        words: 'users accounts invite roles',
      },
      {
        to: '/services',
        label: 'Services and keys',
        icon: KeyRound,
        action: 'services.read',
        key: 's',
        words: 'api tokens machines',
      },
      {
        to: '/grants',
        label: 'Grants',
        icon: ShieldHalf,
        action: 'grants.read',
        key: 'a',
        words: 'access roles who can what',
      },
      {
        to: '/policies',
        label: 'Policies',
        icon: Scale,
        action: 'policies.read',
        key: 'c',
        words: 'cedar rules tester who could why not',
      },
      {
        to: '/reviews',
        label: 'Reviews',
        icon: ClipboardCheck,
        action: 'reviews.read',
        key: 'r',
        words: 'certify campaigns recertification',
      },
    ],
  },
  {
    title: 'Ledger',
    places: [
      {
        to: '/ledger',
        label: 'Entries',
        icon: ScrollText,
        action: 'ledger.read',
        key: 'l',
        words: 'audit log trail events decisions',
      },
      {
        to: '/checkpoints',
        label: 'Checkpoints',
        icon: Stamp,
        action: 'ledger.read',
        key: 'k',
        words: 'signatures witnesses export proof',
      },
    ],
  },
  {
    title: 'Settings',
    places: [
      {
        to: '/account',
        label: 'My account',
        icon: CircleUserRound,
        key: 'm',
        words: 'password passkey totp theme sessions recovery',
      },
      {
        to: '/server',
        label: 'Server',
        icon: Server,
        action: 'server.read',
        key: 'v',
        words: 'version storage jobs oidc configuration',
      },
      {
        to: '/api/docs',
        label: 'API',
        icon: BookOpenCheck,
        key: 'i',
        words: 'openapi documentation client',
        outside: true,
      },
    ],
  },
];

/** The sections with only the places that one may go to. */
export function visibleSections(may: (action: string) => boolean): readonly Section[] {
  return sections
    .map(({ title, places }) => ({ title, places: places.filter(({ action }) => action === undefined || may(action)) }))
    .filter(({ places }) => places.length > 0);
}
