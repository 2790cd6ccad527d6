import { Fragment } from 'react';
import { hiddenParts } from './hidden-characters.ts';
import styles from './revealed.module.css';

/** A text of which every character is seen: those that show nothing, or turn the order of others around, by their number. */
export function Revealed({ text }: { readonly text: string }) {
  return (
    <>
      {hiddenParts(text).map(({ start, words, code }) =>
        code === null ? (
          <Fragment key={start}>{words}</Fragment>
        ) : (
          <mark key={start} className={styles.hidden}>
            {code}
          </mark>
        ),
      )}
    </>
  );
}
