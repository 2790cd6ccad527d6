import { type Classification, classifications } from '../../access/policies/request.ts';
import { RegistryError } from '../errors.ts';

/** A model is never less confidential than its project. @throws RegistryError `classification-below-project`. */
export function requireAtLeast(wanted: Classification, ofProject: Classification): void {
  if (classifications.indexOf(wanted) >= classifications.indexOf(ofProject)) return;
  throw RegistryError.of('classification-below-project', `the project is ${ofProject}`);
}
