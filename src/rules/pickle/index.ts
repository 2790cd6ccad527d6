import { pickleCallArguments } from './pickle-call-arguments.ts';
import { pickleCompiledState } from './pickle-compiled-state.ts';
import { pickleComputedCall } from './pickle-computed-call.ts';
import { pickleComputedName } from './pickle-computed-name.ts';
import { pickleDangerousImport } from './pickle-dangerous-import.ts';
import { pickleDottedName } from './pickle-dotted-name.ts';
import { pickleDunderAccess } from './pickle-dunder-access.ts';
import { pickleExtensionCode } from './pickle-extension-code.ts';
import { pickleFrameTrick } from './pickle-frame-trick.ts';
import { pickleInternalAttribute } from './pickle-internal-attribute.ts';
import { pickleNestedPayload } from './pickle-nested-payload.ts';
import { pickleProtocolChanged } from './pickle-protocol-changed.ts';
import { pickleSecondStageLoader } from './pickle-second-stage-loader.ts';
import { pickleShadowedMethod } from './pickle-shadowed-method.ts';
import { pickleUnlistedCall } from './pickle-unlisted-call.ts';
import { pickleUnlistedImport } from './pickle-unlisted-import.ts';
import { pickleUnlistedMutation } from './pickle-unlisted-mutation.ts';
import { pickleUnlistedState } from './pickle-unlisted-state.ts';
import type { AnyRule } from '../rule.ts';

/** What a pickle does while it is loaded, sorted by id. */
export const pickleRules: readonly AnyRule[] = [
  pickleCallArguments,
  pickleCompiledState,
  pickleComputedCall,
  pickleComputedName,
  pickleDangerousImport,
  pickleDottedName,
  pickleDunderAccess,
  pickleExtensionCode,
  pickleFrameTrick,
  pickleInternalAttribute,
  pickleNestedPayload,
  pickleProtocolChanged,
  pickleSecondStageLoader,
  pickleShadowedMethod,
  pickleUnlistedCall,
  pickleUnlistedImport,
  pickleUnlistedMutation,
  pickleUnlistedState,
];
