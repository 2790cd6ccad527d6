import { Button } from '@mantine/core';

interface MoreRowsProps {
  readonly pages: {
    readonly data: readonly unknown[] | undefined;
    readonly hasNextPage: boolean;
    readonly isFetchingNextPage: boolean;
    readonly fetchNextPage: () => unknown;
  };
  /** What one and what several of them are called. */
  readonly words: readonly [one: string, many: string];
}

/** How many are shown, and the way to more. */
export function MoreRows({ pages, words: [one, many] }: MoreRowsProps) {
  const count = pages.data?.length ?? 0;
  const what = count === 1 ? one : many;
  return (
    <>
      <span aria-live="polite">{pages.hasNextPage ? `The first ${count} ${what}` : `${count} ${what} in all`}</span>
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
