import { useQuery } from '@tanstack/react-query';
import { call, type Reply } from '../../api/call.ts';
import { isMoving, type ModelVersion } from '../models/words.ts';

const LOOK_AGAIN_MS = 1500;

/** One version, read anew every moment while something is at work on it. */
export function useVersion(versionId: string) {
  return useQuery({
    queryKey: ['versions.show', { params: { versionId } }],
    queryFn: () => call('versions.show', { params: { versionId } }),
    refetchInterval: ({ state: { data } }) => (data !== undefined && isMoving(data) ? LOOK_AGAIN_MS : false),
  });
}

export type Evidence = Reply<'versions.evidence'>['items'];
export interface PartProps {
  readonly version: ModelVersion;
  /** Documents that were made of it; undefined while nobody knows. */
  readonly evidence: Evidence | undefined;
}

/** What is known of a document; null where there is none. */
export function documentOf(evidence: Evidence | undefined, kind: Evidence[number]['kind']): Evidence[number] | null {
  return evidence?.find((one) => one.kind === kind) ?? null;
}
