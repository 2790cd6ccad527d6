import { kerasCustomObject } from './keras-custom-object.ts';
import { kerasGadget } from './keras-gadget.ts';
import { kerasLambda } from './keras-lambda.ts';
import { kerasModule } from './keras-module.ts';

/** What Keras configurations make Keras do, sorted by id. */
export const kerasRules = [kerasCustomObject, kerasGadget, kerasLambda, kerasModule] as const;
