import type { Reply } from '../../api/call.ts';

export type ModelVersion = Reply<'versions.show'>;
export type Model = Reply<'models.show'>;
type Verdict = NonNullable<ModelVersion['verdict']>;

/** What a verdict means for somebody who wants to load the files. */
export const verdictWords: Readonly<Record<Verdict, string>> = {
  clean:
    'Every byte was understood, and no rule found anything that runs code, hides instructions or reaches out by itself when the files are loaded.',
  inconclusive:
    'Nothing bad was seen, but not everything could be understood. What was not understood was not called safe.',
  suspicious:
    'Something here has no place in a model, or can be made to do harm. It may be careless rather than hostile; somebody who knows should look.',
  malicious:
    'Loading these files runs code or does what only an attack would do. Do not open them with anything that loads them.',
};

/** What the state of a version means, and what comes next. */
export const stateWords: Readonly<Record<ModelVersion['state'], string>> = {
  uploading: 'Its files are still arriving. Nobody can download it.',
  examining: 'It is in quarantine and is being examined. Nobody can download it.',
  review: 'The policy wants a person to decide. Until somebody approves it, nobody can download it.',
  releasing: 'It was admitted, and is being converted, signed and sealed.',
  released: 'It can be downloaded by whoever may see the model.',
  denied: 'It was refused. Nobody can download it.',
  recalled: 'It was released once and is recalled. Downloads have ended, everywhere.',
  failed: 'The work on it failed. Nothing was released.',
  abandoned: 'It was given up before it was released.',
};

/** What a version says of itself by the formats of its files, though no rule objects. */
export function codeWords({ formats }: Pick<ModelVersion, 'formats'>): string | null {
  return formats.includes('python-source')
    ? 'It brings Python code of its own, which runs when somebody loads the model with it: read it before you trust it.'
    : null;
}

/** The first one came with the program. */
export function policyWords(version: number): string {
  return version === 0 ? 'the policy that came with the program' : `version ${version} of the admission policy`;
}

/** What can be examined once more: whatever nothing is at work on, and is not given up. */
export const examinable: ReadonlySet<ModelVersion['state']> = new Set([
  'review',
  'released',
  'denied',
  'recalled',
  'failed',
]);

/** Somebody, or something, is at work on it. */
export function isMoving({ state }: Pick<ModelVersion, 'state'>): boolean {
  return state === 'uploading' || state === 'examining' || state === 'releasing';
}

export const stageWords: Readonly<Record<ModelVersion['stage'], string>> = {
  none: 'no stage',
  development: 'development',
  staging: 'staging',
  production: 'production',
  retired: 'retired',
};

/** Where the bytes came from. */
export function sourceWords(source: ModelVersion['source']): string {
  return source.kind === 'upload' ? 'uploaded' : `${source.repository} at ${source.revision}, from ${source.endpoint}`;
}

/** Who brought a version; for what the server made because somebody asked, who that was. */
export function broughtBy({ createdBy, askedBy }: Pick<ModelVersion, 'createdBy' | 'askedBy'>): string {
  if (createdBy !== null) return createdBy.name;
  const [first] = askedBy;
  if (first === undefined) return 'the server';
  return `the server, for ${first.name}${askedBy.length > 1 ? ' and others' : ''}`;
}

/** Who is not known is nobody: not before the page knows who looks at it, and not what the server made. */
export function isSame(one: ModelVersion['createdBy'], principalId: string | undefined): boolean {
  return principalId !== undefined && one?.id === principalId;
}

/** Whether somebody uploaded a version or asked for it: then others decide about it. */
export function isOwn(
  { createdBy, askedBy }: Pick<ModelVersion, 'createdBy' | 'askedBy'>,
  principalId: string | undefined,
): boolean {
  return isSame(createdBy, principalId) || askedBy.some(({ id }) => id === principalId);
}

/** Its files are to be sent from a browser or by `vouchsafe push`; what comes from a hub is fetched. */
export function isUploading({ state, source }: Pick<ModelVersion, 'state' | 'source'>): boolean {
  return state === 'uploading' && source.kind === 'upload';
}
