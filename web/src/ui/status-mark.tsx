import type { ReactNode } from 'react';
import { Seal } from './seal.tsx';
import styles from './status-mark.module.css';

type Tone = 'seal' | 'critical' | 'high' | 'medium' | 'low' | 'quiet';

interface Mark {
  readonly tone: Tone;
  readonly shape: keyof typeof shapes;
  readonly word: string;
}

/** Each a shape of its own, so that the state reads without its colour, in print and at a glance down a column. */
const shapes = {
  octagon: <path d="M5 1.2h6L14.8 5v6L11 14.8H5L1.2 11V5z" fill="currentColor" />,
  triangle: <path d="M8 1.6 15 14H1z" fill="currentColor" />,
  diamond: <path d="M8 1 15 8l-7 7-7-7z" fill="currentColor" />,
  hollowDiamond: <path d="M8 2 14 8l-6 6-6-6z" fill="none" stroke="currentColor" strokeWidth="1.6" />,
  dot: <circle cx="8" cy="8" r="3.4" fill="currentColor" />,
  ring: <circle cx="8" cy="8" r="5.6" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  half: (
    <>
      <circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" strokeWidth="1.8" />
      <path d="M8 2.2a5.8 5.8 0 0 1 0 11.6z" fill="currentColor" />
    </>
  ),
  bar: (
    <>
      <rect x="1.5" y="1.5" width="13" height="13" fill="currentColor" />
      <path d="M4.5 8h7" stroke="var(--sheet)" strokeWidth="2.4" />
    </>
  ),
  swap: <path d="M2 5.5h9.5L9 3m5 7.5H4.5L7 13" fill="none" stroke="currentColor" strokeWidth="1.8" />,
  cross: <path d="m3 3 10 10m0-10L3 13" fill="none" stroke="currentColor" strokeWidth="2.2" />,
  dash: <path d="M3 8h10" stroke="currentColor" strokeWidth="2.2" />,
  seal: null,
} as const;

const mark = (tone: Tone, shape: Mark['shape'], word: string): Mark => ({ tone, shape, word });

const marks = {
  critical: mark('critical', 'octagon', 'Critical'),
  high: mark('high', 'triangle', 'High'),
  medium: mark('medium', 'diamond', 'Medium'),
  low: mark('low', 'hollowDiamond', 'Low'),
  info: mark('quiet', 'dot', 'Info'),

  allow: mark('seal', 'seal', 'Allowed'),
  deny: mark('critical', 'bar', 'Denied'),
  transform: mark('low', 'swap', 'Transformed'),
  review: mark('medium', 'half', 'For review'),

  success: mark('seal', 'dot', 'Success'),
  failure: mark('critical', 'cross', 'Failure'),

  active: mark('seal', 'seal', 'Active'),
  invited: mark('low', 'ring', 'Invited'),
  disabled: mark('quiet', 'dash', 'Disabled'),
  locked: mark('high', 'bar', 'Locked'),
  erased: mark('quiet', 'cross', 'Erased'),
  rotating: mark('medium', 'swap', 'Rotating'),
  expired: mark('quiet', 'dash', 'Expired'),
  revoked: mark('quiet', 'cross', 'Revoked'),

  proposed: mark('medium', 'half', 'Proposed'),
  superseded: mark('quiet', 'dash', 'Superseded'),
  refused: mark('critical', 'cross', 'Refused'),
  withdrawn: mark('quiet', 'cross', 'Withdrawn'),

  clean: mark('seal', 'seal', 'Clean'),
  inconclusive: mark('medium', 'half', 'Inconclusive'),
  suspicious: mark('high', 'triangle', 'Suspicious'),
  malicious: mark('critical', 'octagon', 'Malicious'),

  uploading: mark('low', 'ring', 'Uploading'),
  examining: mark('low', 'half', 'Being examined'),
  releasing: mark('low', 'half', 'Being released'),
  released: mark('seal', 'seal', 'Released'),
  denied: mark('critical', 'bar', 'Denied'),
  recalled: mark('critical', 'cross', 'Recalled'),
  abandoned: mark('quiet', 'dash', 'Given up'),
  archived: mark('quiet', 'dash', 'Archived'),

  convert: mark('low', 'swap', 'Convert'),
  approve: mark('seal', 'seal', 'Approved'),
  refuse: mark('critical', 'bar', 'Refused'),
  waived: mark('quiet', 'dash', 'Waived'),

  added: mark('seal', 'dot', 'Added'),
  changed: mark('medium', 'swap', 'Changed'),
  removed: mark('quiet', 'cross', 'Removed'),
  new: mark('high', 'triangle', 'New'),
  gone: mark('seal', 'dot', 'Gone'),

  open: mark('low', 'half', 'Open'),
  overdue: mark('high', 'triangle', 'Overdue'),
  closed: mark('seal', 'seal', 'Closed'),
  certify: mark('seal', 'seal', 'Certified'),
  revoke: mark('critical', 'cross', 'Revoked'),
  undecided: mark('quiet', 'ring', 'Undecided'),

  waiting: mark('quiet', 'ring', 'Waiting'),
  running: mark('low', 'half', 'Running'),
  done: mark('seal', 'dot', 'Done'),
  failed: mark('critical', 'cross', 'Failed'),
  cancelled: mark('quiet', 'dash', 'Cancelled'),

  verified: mark('seal', 'seal', 'Verified'),
  unverified: mark('critical', 'cross', 'Not verified'),
} as const satisfies Record<string, Mark>;

type MarkName = keyof typeof marks;

/** Unknown words of a newer server are shown as they are, without a claim about what they mean. */
function markOf(name: string): Mark {
  return name in marks ? marks[name as MarkName] : mark('quiet', 'dot', name);
}

interface StatusMarkProps {
  readonly of: string;
  /** Instead of the usual word. */
  readonly children?: ReactNode;
  readonly boxed?: boolean;
}

/** A state as shape, word and ink. */
export function StatusMark({ of, children, boxed = false }: StatusMarkProps) {
  const { tone, shape, word } = markOf(of);
  return (
    <span className={styles.mark} data-tone={tone} data-boxed={boxed || undefined}>
      <Glyph shape={shape} />
      <span>{children ?? word}</span>
    </span>
  );
}

function Glyph({ shape }: { readonly shape: Mark['shape'] }) {
  if (shape === 'seal') return <Seal size={15} />;
  return (
    <svg width="13" height="13" viewBox="0 0 16 16" aria-hidden="true" focusable="false">
      {shapes[shape]}
    </svg>
  );
}
