import { Button } from '@mantine/core';

interface MoreRowsProps {
  readonly pages: {
    readonly data: readonly unknown[] | undefined;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  readonly what: string;
}

/** How many are shown, and the way to more. */
export function MoreRows({ pages, what }: MoreRowsProps) {
  const count = pages.data?.length ?? 0;
  return (
    <>
      <span aria-live="polite">
        {pages.hasNextPage ? `The first ${count} ${what}` : `${count} ${what}, all of them`}
      </span>
      {pages.hasNextPage && (
        <Button
          variant="default"
          size="xs"
          loading={pages.isFetchingNextPage}
          onClick={() => void pages.fetchNextPage()}
        >
          Show more
        </Button>
      )}
    </>
  );
}
