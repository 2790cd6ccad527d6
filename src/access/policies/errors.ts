import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const row =
  (httpStatus: number) =>
  (title: string, hint?: string): ErrorRow<Detail> =>
    titledRow(title, { httpStatus, exitCode: 2, hint });

const forbidden = row(403);
const missing = row(404);
const conflict = row(409);
const refused = row(422);
const unavailable = row(503);

/** Everything that grants, projects and policies refuse. Codes are stable: programs rely on them. */
const accessErrors = {
  // Grants.
  'grant-unknown': missing('no such grant'),
  'grant-to-oneself': forbidden('nobody gives himself a grant', 'ask somebody else who may give it'),
  'grant-above-own-role': forbidden(
    'the role is above your own there',
    'ask somebody who has the role, or a greater one',
  ),
  'grant-beyond-own': forbidden(
    'the grant would outlast your own, or hold where yours does not',
    'give it the end and the conditions of your own grant, or narrower ones, or ask somebody who has more',
  ),
  'grant-last-administrator': conflict(
    'the server would be left without an administrator',
    'first give the role administrator on the server to another active person, without expiry and conditions',
  ),
  'grant-last-way-back': conflict(
    'nobody would be left who can change the policies',
    'first give another active person a role on the server, without expiry and hours, that may propose and decide policies, or change the policies',
  ),
  'grant-limit': refused('too many grants', 'take away grants that are not needed'),
  'grant-expiry': refused('the grant would never hold', 'name a time in the future, or none'),
  'grant-conditions': refused('the conditions can never hold'),
  'grant-ended': conflict('the grant has ended already'),
  'principal-unknown': refused('nobody to give it to'),
  'scope-unknown': refused('no such project or model'),
  // Projects.
  'project-unknown': missing('no such project'),
  'project-name-taken': conflict('a project has this name already', 'choose another name'),
  // Policies.
  'policy-version-unknown': missing('no such version of the policies'),
  'policy-invalid': refused('the policies are not valid', 'POST /api/policies/check tells where'),
  'policy-unchanged': refused('nothing would change'),
  'policy-outdated': conflict('the policies have changed since', 'look at the newest version and propose again'),
  'policy-decided': conflict('the proposal is decided already'),
  'policy-own-proposal': forbidden(
    'nobody puts his own proposal into force',
    'ask another person who may decide; where there is none, give somebody the role security or administrator',
  ),
  'policy-not-yours': forbidden('only the one who proposed it takes it back', 'refuse it instead'),
  'policy-lock-out': refused(
    'these policies would lock everybody out',
    'keep a policy that lets an administrator propose and decide changes of policies with step-up',
  ),
  'policy-limit': refused('too many proposals wait', 'decide or withdraw those that wait'),
  'policy-examination-failed': unavailable('the policies could not be examined', 'try again with smaller policies'),
  'policies-unavailable': unavailable('no policies are in force, so nothing is allowed'),
} as const;

export type AccessErrorCode = keyof typeof accessErrors;

/** Why a grant, project or change of policies was refused. */
export class AccessError extends CodedError {
  declare readonly code: AccessErrorCode;

  static of(code: AccessErrorCode, detail: string, cause?: unknown): AccessError {
    return new AccessError(code, accessErrors[code], { detail }, cause);
  }
}

/** For the test that holds the documentation and this table together. */
export const accessErrorCodes = Object.keys(accessErrors) as readonly AccessErrorCode[];
