import { useNavigate } from '@tanstack/react-router';
import { useEffect, useState } from 'react';

interface RedirectProps {
  /** A path of the console, with its query. */
  readonly to: string;
  /** Where to come back to, after signing in. */
  readonly next?: string;
}

/**
 * Leads elsewhere, once. The router's own component goes again each time it is drawn, which, while the other page is
 * still on its way, is without end.
 */
export function Redirect({ to, next }: RedirectProps) {
  const navigate = useNavigate();
  // Where the person wanted to go, not where he is being led.
  const [goal] = useState(next);
  useEffect(() => {
    const href = goal === undefined ? to : `${to}?${new URLSearchParams({ next: goal }).toString()}`;
    void navigate({ href, replace: true });
  }, [navigate, to, goal]);
  return null;
}
