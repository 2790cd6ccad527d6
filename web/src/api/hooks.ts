import { keepPreviousData, useInfiniteQuery, useQuery, useQueryClient } from '@tanstack/react-query';
import { useCallback } from 'react';
import type { RouteId } from '../../../src/contract/routes/index.ts';
import { call, type CallArguments, type CallInput, type Reply, rememberCsrfToken } from './call.ts';
import { ProblemError } from '../../../src/contract/client.ts';
import { nowSignedIn } from './who.ts';

/** Reads a route; the id comes first in the key, so that whatever changes it can say so. */
export function useApi<Id extends RouteId>(id: Id, ...input: CallArguments<Id>) {
  return useQuery({
    queryKey: [id, input[0] ?? null],
    queryFn: () => call(id, ...input),
    placeholderData: keepPreviousData,
  });
}

/** The same, and only once `enabled`. */
export function useApiWhen<Id extends RouteId>(enabled: boolean, id: Id, ...input: CallArguments<Id>) {
  return useQuery({ queryKey: [id, input[0] ?? null], queryFn: () => call(id, ...input), enabled });
}

type PageItem<Id extends RouteId> = Reply<Id> extends { items: readonly (infer Item)[] } ? Item : never;
type PagedRoute = {
  [Id in RouteId]: Reply<Id> extends { items: readonly unknown[]; next: string | null } ? Id : never;
}[RouteId];

/** Reads a paged list, page after page. */
export function usePages<Id extends PagedRoute>(id: Id, input: CallInput<Id>) {
  const query = useInfiniteQuery({
    queryKey: [id, input],
    initialPageParam: undefined as string | undefined,
    queryFn: async ({ pageParam }) => {
      const loose = input as { readonly query?: object };
      const paged = { ...loose, query: { ...loose.query, ...(pageParam === undefined ? {} : { cursor: pageParam }) } };
      return (await (call as (id: RouteId, input: unknown) => Promise<unknown>)(id, paged)) as {
        items: PageItem<Id>[];
        next: string | null;
      };
    },
    getNextPageParam: (page) => page.next,
    placeholderData: keepPreviousData,
  });
  return { ...query, data: query.data?.pages.flatMap((page) => page.items) };
}

/** Says that what these routes answered is no longer so; a beginning such as `people.` stands for all of them. */
export function useChanged(): (...beginnings: readonly string[]) => Promise<void> {
  const client = useQueryClient();
  return useCallback(
    (...beginnings) =>
      client.invalidateQueries({
        predicate: ({ queryKey }) => beginnings.some((beginning) => String(queryKey[0]).startsWith(beginning)),
      }),
    [client],
  );
}

export type Me = Reply<'me.show'>;

/** Who is signed in; null when nobody is. */
export function useMe() {
  const client = useQueryClient();
  return useQuery({
    queryKey: ['me.show', null],
    queryFn: async (): Promise<Me | null> => {
      try {
        const me = await call('me.show');
        nowSignedIn(me.principal.id, client);
        rememberCsrfToken(me.csrfToken);
        return me;
      } catch (error) {
        if (!(error instanceof ProblemError) || error.status !== 401) throw error;
        nowSignedIn(null, client);
        return null;
      }
    },
    staleTime: 30_000,
    // Somebody else may have signed in with another tab while this one was out of sight.
    refetchOnWindowFocus: 'always',
  });
}

/** Whether the one who is signed in may do this on the server as a whole. */
export function useMay(): (action: string) => boolean {
  const { data } = useMe();
  return useCallback((action) => data?.actions.includes(action) ?? false, [data]);
}
