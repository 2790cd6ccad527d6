import type { ActionId } from '../../../contract/actions.ts';

/** What a page may be told that it changed, and what somebody must be allowed to see to be told. `session`: about the caller himself. */
export const eventTopics = {
  ledger: 'ledger.read',
  people: 'people.read',
  grants: 'grants.read',
  services: 'services.read',
  keys: 'services.read',
  policies: 'policies.read',
  reviews: 'reviews.read',
  jobs: 'jobs.read',
  models: 'models.read',
  session: null,
} as const satisfies Readonly<Record<string, ActionId | null>>;

export type EventTopic = keyof typeof eventTopics;

/** Areas of the ledger's activities, and what changed where one of them was active. */
const areas: Readonly<Record<string, readonly EventTopic[]>> = {
  account: ['people'],
  admission: ['models'],
  grant: ['grants'],
  job: ['jobs'],
  key: ['keys', 'services'],
  model: ['models'],
  people: ['people'],
  policy: ['policies'],
  project: ['grants'],
  review: ['reviews'],
  service: ['services'],
  token: ['keys'],
  waiver: ['models'],
};

export interface RecordedActivity {
  readonly area: string;
  readonly actor_id: string;
  readonly object_id: string | null;
}

/** Topics that recorded activities touch, for one caller. */
export function topicsOf(activities: readonly RecordedActivity[], callerId: string): ReadonlySet<EventTopic> {
  const topics = new Set<EventTopic>(activities.length === 0 ? [] : ['ledger']);
  for (const { area, actor_id: actorId, object_id: objectId } of activities) {
    for (const topic of areas[area] ?? []) topics.add(topic);
    if (actorId === callerId || objectId === callerId) topics.add('session');
  }
  return topics;
}
