import { kerasGadget } from './keras-gadget.ts';
import { kerasLambda } from './keras-lambda.ts';
import { kerasModule } from './keras-module.ts';

/** What Keras configurations make Keras do, sorted by id. */
export const kerasRules = [kerasGadget, kerasLambda, kerasModule] as const;
