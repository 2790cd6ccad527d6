/** Tensors by name. */
export interface Selection {
  /** Globs; with none every name is taken. */
  readonly select: readonly string[];
  readonly exclude: readonly string[];
}

/** A test for names: taken when a `select` glob matches, or there is none, and no `exclude` glob does. */
export function selects({ select, exclude }: Selection): (name: string) => boolean {
  return (name) =>
    (select.length === 0 || select.some((glob) => matches(glob, name))) && !exclude.some((glob) => matches(glob, name));
}

/**
 * Matches a glob: `*` is any run of characters, `?` one. Names of tensors know no folders, so a star takes dots and
 * slashes too. Two pointers and one place to return to: time is at most the product of the lengths, whatever the name.
 */
export function matches(glob: string, name: string): boolean {
  let [g, n] = [0, 0];
  let [star, retry] = [-1, 0];
  while (n < name.length) {
    if (glob[g] === '*') {
      star = g;
      retry = n;
      g += 1;
    } else if (g < glob.length && (glob[g] === '?' || glob[g] === name[n])) {
      g += 1;
      n += 1;
    } else if (star >= 0) {
      retry += 1;
      n = retry;
      g = star + 1;
    } else return false;
  }
  while (glob[g] === '*') g += 1;
  return g === glob.length;
}
