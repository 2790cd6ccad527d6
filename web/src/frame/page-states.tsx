import { Link } from '@tanstack/react-router';
import { PageHeader } from '../ui/page-header.tsx';
import { EmptyState, ErrorState, Skeleton } from '../ui/states.tsx';

/** While the code of a page is on its way. */
export function PagePending() {
  return <Skeleton lines={8} label="Loading the page" />;
}

/** When drawing a page failed. */
export function PageFailure({ error, reset }: { readonly error: unknown; readonly reset: () => void }) {
  return (
    <>
      <PageHeader title="This page failed" />
      <ErrorState error={error} retry={reset} />
    </>
  );
}

/** For an address that leads nowhere. */
export function PageMissing() {
  return (
    <>
      <PageHeader title="Nothing is kept here" />
      <EmptyState title="The address leads to no page" action={<Link to="/">To the overview</Link>}>
        It may have been typed by hand, or come from a newer version of the console.
      </EmptyState>
    </>
  );
}
