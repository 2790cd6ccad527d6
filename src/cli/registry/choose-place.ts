import type { Client } from '../../contract/client.ts';
import { UsageError } from '../usage-error.ts';
import { RemoteError } from './errors.ts';
import { findModel, type Model } from './find-model.ts';
import { type Retrying, retrying } from './retrying.ts';

/** Projects that are looked through for one of a name. */
const MAX_PAGES = 50;
const PAGE = 200;

export interface Wanted {
  readonly name: string;
  /** Name or id of the project that the model is made in, where it is missing. */
  readonly project: string | undefined;
}

interface Place {
  /** Undefined where there is none yet. */
  readonly model: Model | undefined;
  readonly projectId: string;
}

/** Where a model is; where it is missing, where it shall be. @throws RemoteError `model-unknown`, UsageError */
export async function choosePlace(client: Client, { name, project }: Wanted, how: Retrying): Promise<Place> {
  const model = await findModel(client, name, how);
  if (model !== undefined) {
    const { project: its } = model;
    if (project === undefined || [its.id, its.name].includes(project)) return { model, projectId: its.id };
    throw UsageError.of(`${name} is in the project ${its.name}, not in ${project}`);
  }
  if (project === undefined) throw RemoteError.of('model-unknown', `${name}; --project makes it in a project`);
  return { model, projectId: await findProject(client, project, how) };
}

async function findProject(client: Client, wanted: string, how: Retrying): Promise<string> {
  let cursor: string | undefined;
  for (let page = 0; page < MAX_PAGES; page++) {
    const query = { limit: PAGE, ...(cursor === undefined ? {} : { cursor }) };
    const { items, next } = await retrying(how, () => client.projects.list({ query }, { signal: how.signal }));
    const found = items.find(({ id, name }) => id === wanted || name === wanted);
    if (found !== undefined) return found.id;
    if (next === null) break;
    cursor = next;
  }
  throw UsageError.of(`there is no project ${wanted} that you may see`);
}
