/** RFC 3339 in UTC, from ms since 1970. */
export const timeText = (atMs: number): string => new Date(atMs).toISOString();

export const timeTextOrNull = (atMs: number | null | undefined): string | null =>
  atMs === null || atMs === undefined ? null : timeText(atMs);
