import { kerasCustomObject } from './keras-custom-object.ts';
import { kerasGadget } from './keras-gadget.ts';
import { kerasLambda } from './keras-lambda.ts';
import { kerasModule } from './keras-module.ts';
import type { AnyRule } from '../rule.ts';

/** What Keras configurations make Keras do, sorted by id. */
export const kerasRules: readonly AnyRule[] = [kerasCustomObject, kerasGadget, kerasLambda, kerasModule];
