import type { ReactNode } from 'react';

/** Twelve lobes on a circle of radius 10: the outline of a wax or paper seal. Generated once, kept as data. */
export const SEAL_OUTLINE =
  'M9.39 2.24A2.72 2.72 0 0 1 14.61 2.24A2.72 2.72 0 0 1 19.14 4.86A2.72 2.72 0 0 1 21.76 9.39A2.72 2.72 0 0 1 21.76 14.61A2.72 2.72 0 0 1 19.14 19.14A2.72 2.72 0 0 1 14.61 21.76A2.72 2.72 0 0 1 9.39 21.76A2.72 2.72 0 0 1 4.86 19.14A2.72 2.72 0 0 1 2.24 14.61A2.72 2.72 0 0 1 2.24 9.39A2.72 2.72 0 0 1 4.86 4.86A2.72 2.72 0 0 1 9.39 2.24Z';

interface SealProps {
  readonly size?: number;
  readonly state?: 'sealed' | 'open' | 'broken';
  readonly children?: ReactNode;
}

/** The one mark of the product: filled when something has been vouched for, an outline when not yet, cracked when not. */
export function Seal({ size = 20, state = 'sealed', children }: SealProps) {
  const filled = state === 'sealed';
  const ink = state === 'broken' ? 'var(--critical)' : 'var(--seal)';
  return (
    <svg width={size} height={size} viewBox="0 0 24 24" aria-hidden="true" focusable="false">
      <path
        d={SEAL_OUTLINE}
        fill={filled ? ink : 'none'}
        stroke={ink}
        strokeWidth={filled ? 0 : 1.6}
        strokeDasharray={state === 'open' ? '2.4 1.8' : undefined}
      />
      {children ?? <SealGlyph state={state} />}
    </svg>
  );
}

function SealGlyph({ state }: { readonly state: 'sealed' | 'open' | 'broken' }) {
  if (state === 'broken') {
    return <path d="m8.5 8.5 7 7m0-7-7 7" fill="none" stroke="var(--critical)" strokeWidth="2" />;
  }
  const ink = state === 'sealed' ? 'var(--on-seal)' : 'var(--seal)';
  return <path d="m7.8 9.2 4.2 7 4.2-7" fill="none" stroke={ink} strokeWidth="2.2" strokeLinecap="square" />;
}
