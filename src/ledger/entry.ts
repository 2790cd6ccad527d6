/** What a caller records. Personal data goes into `personal` only: the tree holds salted commitments to it. */
export interface EntryDraft {
  readonly class: string;
  /** Such as `sign-in` or `grant.give`. */
  readonly activity: string;
  readonly actor: { readonly kind: 'person' | 'service' | 'system' | 'anonymous'; readonly id: string };
  readonly object?: { readonly kind: string; readonly id: string; readonly digest?: string };
  readonly decision?: 'allow' | 'deny' | 'transform' | 'review';
  readonly outcome: 'success' | 'failure';
  readonly severity?: 'informational' | 'low' | 'medium' | 'high' | 'critical';
  readonly reasons?: readonly string[];
  readonly policy?: { readonly id: string; readonly version: number };
  readonly data?: Readonly<Record<string, unknown>>;
  readonly personal?: Readonly<Record<string, string>>;
}
