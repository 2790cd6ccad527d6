import { expect, it } from 'vitest';
import { isOwn, isSame } from './words.ts';

it('nothing is the own of somebody who is not known yet', () => {
  const made = { createdBy: null, askedBy: [] };
  expect([isOwn(made, undefined), isSame(null, undefined)]).toEqual([false, false]);
  const by = { kind: 'person', id: 'prs_1', name: 'Ann' } as const;
  expect([isOwn({ ...made, createdBy: by }, by.id), isOwn({ ...made, createdBy: by }, 'prs_2')]).toEqual([true, false]);
  expect(isOwn({ ...made, askedBy: [by] }, by.id)).toBe(true);
});
