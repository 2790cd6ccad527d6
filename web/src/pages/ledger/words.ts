/** "grant.create" → "Grant: create"; the id stays recognisable, and a newer server's ids read as well as ours. */
export function activityWords(activity: string): string {
  const [first = '', ...rest] = activity.replaceAll(/[-_]/g, ' ').split('.');
  const head = first.charAt(0).toUpperCase() + first.slice(1);
  return rest.length === 0 ? head : `${head}: ${rest.join(' ')}`;
}
