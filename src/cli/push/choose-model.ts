import { type Client, ProblemError } from '../../contract/client.ts';
import { choosePlace, type Wanted } from '../registry/choose-place.ts';
import { findModel, type Model } from '../registry/find-model.ts';
import { type Retrying, retrying } from '../registry/retrying.ts';

/** The model to push to; made where it is missing and a project is named. @throws RemoteError `model-unknown`, UsageError */
export async function chooseModel(client: Client, wanted: Wanted, how: Retrying): Promise<Model> {
  const { model, projectId } = await choosePlace(client, wanted, how);
  if (model !== undefined) return model;
  const { name } = wanted;
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
