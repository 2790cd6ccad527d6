import type { ActionId } from '../../contract/actions.ts';

/** Actions that one principal should not have together: he could do alone what two should see. */
interface ConflictRule {
  readonly id: string;
  readonly actions: readonly [ActionId, ActionId];
  readonly why: string;
}

export const conflictRules: readonly ConflictRule[] = [
  {
    id: 'upload-and-approve',
    actions: ['models.write', 'models.approve'],
    why: 'may upload a model and approve it',
  },
  {
    id: 'give-and-certify',
    actions: ['grants.give', 'reviews.decide'],
    why: 'may give access and certify it in a review',
  },
  {
    id: 'issue-and-certify',
    actions: ['keys.issue', 'reviews.decide'],
    why: 'may issue keys of services and certify their access in a review',
  },
  {
    id: 'propose-and-decide',
    actions: ['policies.propose', 'policies.decide'],
    why: 'may propose policies and decide about them; dual control keeps him from deciding about his own',
  },
  {
    id: 'erase-and-export',
    actions: ['people.erase', 'ledger.export'],
    why: 'may erase personal data and export the ledger that shows it',
  },
];

export function conflictsOf(actions: ReadonlySet<ActionId>): readonly string[] {
  return conflictRules.filter((rule) => rule.actions.every((action) => actions.has(action))).map(({ why }) => why);
}
