/** One thing that was recomputed here, and what came out. */
export interface Step {
  readonly title: string;
  readonly state: 'passed' | 'failed' | 'skipped';
  /** What was compared with what, in figures. */
  readonly detail: string;
}

/** A check as a whole: it holds only when no step failed. */
export interface Check {
  readonly holds: boolean;
  readonly steps: readonly Step[];
}

export const passed = (title: string, detail: string): Step => ({ title, state: 'passed', detail });
export const failed = (title: string, detail: string): Step => ({ title, state: 'failed', detail });
export const skipped = (title: string, detail: string): Step => ({ title, state: 'skipped', detail });

export function checkOf(steps: readonly Step[]): Check {
  return { holds: steps.every(({ state }) => state !== 'failed'), steps };
}
