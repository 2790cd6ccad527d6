import type { QueryClient } from '@tanstack/react-query';

/** Whose page this is: known since somebody was first seen to be signed in here. */
let personId: string | null = null;

/**
 * Told who the server says is signed in; all tabs of a browser share one session, and another tab may have changed it.
 * Nothing that one person read or began may be shown to, or sent by, the next one.
 */
export function nowSignedIn(id: string | null, client: QueryClient): void {
  const before = personId;
  personId = id;
  if (before === null || before === id) return;
  if (id !== null) window.location.reload();
  else client.removeQueries({ predicate: ({ queryKey }) => queryKey[0] !== 'me.show' });
}

/** Whether this page still belongs to whoever is signed in. */
export function isStill(id: string): boolean {
  return personId === id;
}
