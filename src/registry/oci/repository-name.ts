import { modelNameKey } from '../models/name-key.ts';
import { OciError } from './errors.ts';

const PART = '[a-z0-9]+(?:(?:\\.|_|__|-+)[a-z0-9]+)*';
/** Of the distribution specification, with as many parts as the name of a model has. */
const REPOSITORY = new RegExp(`^${PART}(?:/${PART})?$`);

/**
 * The repository of a model: its name in lower case, under which it is unique. Null where the specification knows no such names, as with a
 * dot beside a line: such a model is not to be had as an artifact.
 */
export function repositoryOf(modelName: string): string | null {
  const key = modelNameKey(modelName);
  return REPOSITORY.test(key) ? key : null;
}

/** @throws OciError `oci-name-invalid`, for whatever is no repository whether or not there is such a model */
export function checkRepository(name: string): void {
  if (REPOSITORY.test(name)) return;
  const lower = repositoryOf(name);
  throw OciError.of('oci-name-invalid', lower === null ? '' : `write it in lower case: ${lower}`);
}
