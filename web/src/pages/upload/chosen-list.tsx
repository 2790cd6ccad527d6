import { byteWords, countWords } from '../../ui/byte-words.ts';
import { Revealed } from '../../ui/revealed.tsx';
import type { Chosen } from './chosen-files.ts';
import styles from './upload.module.css';

const MAX_SHOWN = 200;

/** What would be uploaded, under which paths. */
export function ChosenList({ chosen: { files, leftOut, isCut, nameFault } }: { readonly chosen: Chosen }) {
  const bytes = files.reduce((sum, { file }) => sum + file.size, 0);
  const shown = files.slice(0, MAX_SHOWN);
  return (
    <div>
      <p aria-live="polite">
        <strong>
          {countWords(files.length, 'file')}, {byteWords(bytes)}
        </strong>
        {leftOut.length > 0 && (
          <span className="soft">
            {' '}
            · left out: {countWords(leftOut.length, 'file')} such as {leftOut[0]}
          </span>
        )}
        {isCut && <span className="soft"> · there are more, which one version cannot hold</span>}
      </p>
      {nameFault !== null && (
        <p role="alert">
          <strong>Not every system takes these names:</strong> <Revealed text={nameFault} />. Then choose the files
          again.
        </p>
      )}
      <ul className={styles.list} aria-label="Chosen files" tabIndex={0}>
        {shown.map(({ path, file }) => (
          <li key={path}>
            <code>
              <Revealed text={path} />
            </code>
            <span className="tabular soft">{byteWords(file.size)}</span>
          </li>
        ))}
        {files.length > shown.length && <li className="quiet">and {files.length - shown.length} more</li>}
      </ul>
    </div>
  );
}
