import { type Client, ProblemError } from '../../contract/client.ts';
import type { ClientReply } from '../../contract/client.ts';
import { RemoteError } from './errors.ts';
import { type Retrying, retrying } from './retrying.ts';

export type Model = ClientReply<'models.find'>;

/** Undefined where there is none, or none that whoever asks may see: the server does not tell which. */
export function findModel(client: Client, name: string, how: Retrying): Promise<Model | undefined> {
  return retrying(how, async () => {
    try {
      return await client.models.find({ query: { name } }, { signal: how.signal });
    } catch (error) {
      const isHidden = error instanceof ProblemError && (error.status === 404 || error.code === 'forbidden');
      if (isHidden) return undefined;
      throw error;
    }
  });
}

/** @throws RemoteError `model-unknown` */
export async function requireModel(client: Client, name: string, how: Retrying): Promise<Model> {
  const model = await findModel(client, name, how);
  if (model === undefined) throw RemoteError.of('model-unknown', name);
  return model;
}
