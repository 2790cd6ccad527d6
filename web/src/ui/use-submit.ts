import { useState } from 'react';

/** What a form needs while it sends: whether it is at it, and what went wrong. */
export interface Submission {
  readonly busy: boolean;
  readonly error: unknown;
  /** Runs; a failure ends in `error` and answers false. */
  readonly submit: (act: () => Promise<unknown>) => Promise<boolean>;
}

export function useSubmit(): Submission {
  const [state, setState] = useState<{ readonly busy: boolean; readonly error: unknown }>({ busy: false, error: null });
  return {
    ...state,
    submit: async (act) => {
      setState({ busy: true, error: null });
      try {
        await act();
        setState({ busy: false, error: null });
        return true;
      } catch (error) {
        setState({ busy: false, error });
        return false;
      }
    },
  };
}
