import { CodedError, type Detail, type ErrorRow, titledRow } from '../../bytes/errors.ts';

const refused = (title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { exitCode: 1, httpStatus: 409, hint });
const unable = (title: string, hint?: string): ErrorRow<Detail> =>
  titledRow(title, { exitCode: 2, httpStatus: 502, hint });

const remoteErrors = {
  'changed-meanwhile': unable('a file changed while it was pushed', 'push again when nothing writes to it'),
  'content-wrong': refused(
    'what arrived is not what the server announced',
    'pull again; if it stays so, something in between changes it',
  ),
  'folder-refused': refused('the folder is not for this', 'pull into a folder that does not exist yet'),
  'model-refused': refused('the model cannot be pushed as it is'),
  'model-unknown': refused('there is no such model that you may see'),
  'not-released': refused('it cannot be had'),
  'server-refused': refused('the server refused'),
  'server-failed': unable('the server failed', 'run the same command again: what has arrived stays there'),
  'token-missing': unable(
    'the server wants to know who asks',
    'give a key with --key-file, or a key or token in VOUCHSAFE_TOKEN',
  ),
  'token-refused': unable('the token is not sent'),
  unreachable: unable('the server cannot be reached', 'run the same command again: what has arrived stays there'),
} as const satisfies Readonly<Record<string, ErrorRow<Detail>>>;

/** Why a server and this program did not come together. */
export class RemoteError extends CodedError {
  declare readonly code: keyof typeof remoteErrors;

  static of(code: keyof typeof remoteErrors, detail = '', cause?: unknown): RemoteError {
    return new RemoteError(code, remoteErrors[code], { detail }, cause);
  }

  /** What the server said, with what it says to do about it. */
  static refused(code: string, detail: string, hint: string | undefined, cause: unknown): RemoteError {
    const row = titledRow('the server refused', { exitCode: 1, httpStatus: 409, hint });
    return new RemoteError(code, row, { detail }, cause);
  }
}
