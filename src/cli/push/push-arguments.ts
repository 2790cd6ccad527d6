import type { ServerArguments } from '../registry/connect.ts';

export interface PushArguments extends ServerArguments {
  readonly project?: string | undefined;
  readonly message?: string | undefined;
  readonly ignorePaths: readonly string[];
  readonly wait?: boolean | undefined;
  readonly parallel: number;
  readonly format: 'terminal' | 'json';
  readonly progress: boolean;
}
