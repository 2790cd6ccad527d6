/** Names of models that look alike are one name. */
export function modelNameKey(name: string): string {
  return name.normalize('NFKC').toLowerCase();
}
