import { ErrorState, Skeleton } from './states.tsx';

interface WaitingProps {
  readonly on: { readonly error: unknown; readonly refetch: () => unknown };
  readonly lines?: number;
}

/** In the place of what has not come yet, or did not come at all. */
export function Waiting({ on, lines = 6 }: WaitingProps) {
  return on.error === null ? <Skeleton lines={lines} /> : <ErrorState error={on.error} retry={on.refetch} />;
}
