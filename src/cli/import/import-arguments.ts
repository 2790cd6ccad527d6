import type { ServerArguments } from '../registry/connect.ts';

export interface ImportArguments extends ServerArguments {
  readonly to?: string | undefined;
  readonly project?: string | undefined;
  readonly wait?: boolean | undefined;
  readonly format: 'terminal' | 'json';
  readonly progress: boolean;
}
