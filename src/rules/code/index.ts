import { pythonCodeUnproven } from './python-code-unproven.ts';
import { pythonCommand } from './python-command.ts';
import { pythonExec } from './python-exec.ts';
import { pythonExfiltration } from './python-exfiltration.ts';
import { pythonFileChange } from './python-file-change.ts';
import { pythonNativeCode } from './python-native-code.ts';
import { pythonNetwork } from './python-network.ts';
import { pythonReflection } from './python-reflection.ts';
import { pythonUnsafeLoad } from './python-unsafe-load.ts';
import { torchscriptEffect } from './torchscript-effect.ts';
import type { AnyRule } from '../rule.ts';

/** Python and TorchScript code, sorted by id. */
export const codeRules: readonly AnyRule[] = [
  pythonCodeUnproven,
  pythonCommand,
  pythonExec,
  pythonExfiltration,
  pythonFileChange,
  pythonNativeCode,
  pythonNetwork,
  pythonReflection,
  pythonUnsafeLoad,
  torchscriptEffect,
];
