import { useState } from 'react';

/** The token of a one-time link: after the "#", which browsers never send to a server or put into a referrer. */
export function tokenIn(fragment: string): string | null {
  const bare = fragment.replace(/^#/, '');
  const token = bare.includes('=') ? new URLSearchParams(bare).get('token') : bare;
  return token === null || token === '' ? null : token;
}

/** Reads the token once and takes it out of the address bar and the history. */
export function useFragmentToken(): string | null {
  const [token] = useState(() => {
    const found = tokenIn(window.location.hash);
    if (found !== null) window.history.replaceState(window.history.state, '', window.location.pathname);
    return found;
  });
  return token;
}
