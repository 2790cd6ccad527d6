import { reasonsAgainst } from '../../contract/reasons-against.ts';
import type { Version } from './follow-version.ts';

const sentences: Readonly<Record<Version['state'], string>> = {
  uploading: 'is still uploading',
  examining: 'is being examined',
  review: 'waits for somebody to decide about it',
  releasing: 'was admitted, and is being prepared',
  released: 'is released',
  denied: 'was denied',
  recalled: 'was recalled',
  failed: 'could not be examined',
  abandoned: 'was given up',
};

/** What is fetched is not sent by anybody. */
const hubSentences: Partial<typeof sentences> = {
  uploading: 'is being fetched from the hub',
  failed: 'could not be fetched or examined',
};

/** What became of a version, and why, one line each. */
export function versionLines(version: Version): readonly string[] {
  const { modelName, number, state, verdict, revision, source } = version;
  const sentence = (source.kind === 'hub' ? hubSentences[state] : undefined) ?? sentences[state];
  const found = verdict === null ? '' : `, found ${verdict}`;
  const as = revision === null ? '' : `, revision ${revision}`;
  return [`${modelName} version ${number} ${sentence}${found}${as}`, ...whyLines(version)];
}

function whyLines({ state, recall, failure, decision }: Version): readonly string[] {
  if (state === 'recalled' && recall !== null) return [`  ${recall.reason}`];
  if (state === 'failed' && failure !== null) return [`  ${failure}`];
  if (state !== 'denied' && state !== 'review') return [];
  const against = decision === null ? [] : reasonsAgainst(decision);
  return against.map(({ rule, effect, message }) => `  ${effect} by ${rule}: ${message}`);
}
