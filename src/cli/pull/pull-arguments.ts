import type { ServerArguments } from '../registry/connect.ts';

export interface PullArguments extends ServerArguments {
  readonly parallel: number;
  readonly format: 'terminal' | 'json';
  readonly progress: boolean;
}
