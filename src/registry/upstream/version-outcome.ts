import { reasonsAgainst } from '../../contract/reasons-against.ts';
import { admissionDecision } from '../../contract/types/registry.ts';
import type { Registry } from '../registry.ts';
import type { VersionRow } from '../versions/move-version.ts';
import type { PullOutcome } from './pull-through.ts';

/** When to ask again about something that is being worked on. */
const RETRY_SECONDS = 10;

const underWay: ReadonlySet<VersionRow['state']> = new Set(['uploading', 'examining', 'releasing']);

/** Whether somebody or something decides about a version before long. */
export function isUnderWay({ state }: Pick<VersionRow, 'state'>): boolean {
  return underWay.has(state);
}

/** What a version means to whoever wants to have it. */
export async function versionOutcome({ jobs }: Pick<Registry, 'jobs'>, version: VersionRow): Promise<PullOutcome> {
  if (version.state === 'released') return { kind: 'ready', versionId: version.id };
  if (!isUnderWay(version)) return { kind: 'refused', reason: whyNot(version), versionId: version.id };
  const job = version.job_id === null ? undefined : await jobs.find(version.job_id);
  const step = version.step === null ? '' : `: ${version.step}`;
  return {
    kind: 'wait',
    retryAfterSeconds: RETRY_SECONDS,
    message: `${doing(version)}${step}; ask again in ${RETRY_SECONDS} s`,
    progress: job?.progress ?? null,
  };
}

function doing({ state }: VersionRow): string {
  if (state === 'uploading') return 'it is being fetched from the hub';
  return state === 'examining' ? 'it is being examined' : 'it was admitted and is made ready';
}

function whyNot(version: VersionRow): string {
  switch (version.state) {
    case 'denied':
      return `it was examined and denied: ${reasonsOf(version)}`;
    case 'review':
      return `it was examined and waits for a person to decide: ${reasonsOf(version)}`;
    case 'recalled':
      return `it was recalled: ${version.recall_reason ?? 'no reason was given'}`;
    case 'abandoned':
      return 'fetching it was given up here';
    default:
      return version.failure ?? 'it could not be fetched';
  }
}

function reasonsOf({ decision }: VersionRow): string {
  const against = decision === null ? [] : reasonsAgainst(admissionDecision.parse(JSON.parse(decision)));
  const texts = against.map(({ rule, message }) => `${message} (${rule})`);
  return texts.length === 0 ? 'the page of the model says why' : texts.join('; ');
}
