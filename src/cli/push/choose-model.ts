import { type Client, ProblemError } from '../../contract/client.ts';
import { RemoteError } from '../registry/errors.ts';
import { findModel, type Model } from '../registry/find-model.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';
import { UsageError } from '../usage-error.ts';

/** Projects that are looked through for one of a name. */
const MAX_PAGES = 50;
const PAGE = 200;

interface Wanted {
  readonly name: string;
  /** Name or id of the project that it is made in, where it is missing. */
  readonly project: string | undefined;
}

/** The model to push to; made where it is missing and a project is named. @throws RemoteError `model-unknown`, UsageError */
export async function chooseModel(client: Client, { name, project }: Wanted, how: Retrying): Promise<Model> {
  const found = await findModel(client, name, how);
  if (found !== undefined) {
    if (project === undefined || [found.project.id, found.project.name].includes(project)) return found;
    throw UsageError.of(`${name} is in the project ${found.project.name}, not in ${project}`);
  }
  if (project === undefined) throw RemoteError.of('model-unknown', `${name}; --project makes it in a project`);
  const projectId = await findProject(client, project, how);
  return retrying(how, async () => {
    try {
      return await client.models.make({ body: { name, projectId } }, { signal: how.signal });
    } catch (error) {
      // Made by somebody else just now, or by an attempt whose answer was lost.
      if (!(error instanceof ProblemError) || error.code !== 'model-name-taken') throw error;
      const made = await findModel(client, name, how);
      if (made === undefined) throw error;
      return made;
    }
  });
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
