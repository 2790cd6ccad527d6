import { openModelHere, type HubCall } from '../hub/open-repository.ts';
import type { RegistryModelRow } from '../models/find-model.ts';
import { inOciWords } from './errors.ts';
import { checkRepository } from './repository-name.ts';

/** The model of a repository that is here, if the caller may read it. What he may not looks as if it were not there. @throws OciError */
export async function openRepositoryModel(call: HubCall, name: string): Promise<RegistryModelRow> {
  checkRepository(name);
  return inOciWords(openModelHere(call, name));
}
