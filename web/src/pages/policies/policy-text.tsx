import { Fragment, type ReactNode, useMemo, useRef } from 'react';
import { Revealed } from '../../ui/revealed.tsx';
import { cedarTokens, type Token, underlinedParts } from './cedar-tokens.ts';
import styles from './policy-text.module.css';
import { yamlTokens } from './yaml-tokens.ts';

/** What a text is written in, and how it is coloured. */
type Language = 'cedar' | 'yaml';
const tokensOf: Readonly<Record<Language, (text: string) => readonly Token[]>> = {
  cedar: cedarTokens,
  yaml: yamlTokens,
};

/** Policies to read. */
export function PolicyText({
  text,
  label,
  language = 'cedar',
}: {
  readonly text: string;
  readonly label: string;
  readonly language?: Language;
}) {
  return (
    <div className={styles.frame}>
      <Gutter text={text} />
      <pre className={styles.code} tabIndex={0} aria-label={label}>
        <Coloured text={text} language={language} revealing />
      </pre>
    </div>
  );
}

interface PolicyEditorProps {
  readonly value: string;
  readonly onChange: (text: string) => void;
  readonly label: string;
  /** Character ranges to underline. */
  readonly faults: readonly { readonly start: number | null; readonly end: number | null }[];
  readonly language?: Language;
  readonly fieldRef: React.RefObject<HTMLTextAreaElement | null>;
}

/** Policies to write: a plain text field over its own coloured copy, so that everything a text field can do still works. */
export function PolicyEditor({ value, onChange, label, faults, fieldRef, language = 'cedar' }: PolicyEditorProps) {
  const under = useRef<HTMLPreElement>(null);
  return (
    <div className={styles.frame} data-editing>
      <Gutter text={value} />
      <div className={styles.stack}>
        <pre ref={under} className={styles.code} aria-hidden="true">
          <Coloured text={value} language={language} />
          {'\n'}
        </pre>
        <pre className={styles.faults} aria-hidden="true">
          <Underlined text={value} faults={faults} />
        </pre>
        <textarea
          ref={fieldRef}
          className={styles.field}
          aria-label={label}
          spellCheck={false}
          autoCapitalize="off"
          autoComplete="off"
          wrap="off"
          value={value}
          onChange={(event) => onChange(event.currentTarget.value)}
        />
      </div>
    </div>
  );
}

function Gutter({ text }: { readonly text: string }) {
  const lines = text.split('\n').length;
  return (
    <pre className={styles.gutter} aria-hidden="true">
      {Array.from({ length: lines }, (_, index) => index + 1).join('\n')}
    </pre>
  );
}

/** `revealing`: not under a text field, where each letter has to lie under its own. */
function Coloured({
  text,
  language,
  revealing = false,
}: {
  readonly text: string;
  readonly language: Language;
  readonly revealing?: boolean;
}) {
  const tokens = useMemo(() => tokensOf[language](text), [text, language]);
  const shown = (part: string): ReactNode => (revealing ? <Revealed text={part} /> : part);
  return (
    <code>
      {tokens.map(({ kind, text: part, start }) =>
        kind === 'space' || kind === 'word' ? (
          <Fragment key={start}>{shown(part)}</Fragment>
        ) : (
          <span key={start} data-kind={kind}>
            {shown(part)}
          </span>
        ),
      )}
    </code>
  );
}

function Underlined({ text, faults }: { readonly text: string; readonly faults: PolicyEditorProps['faults'] }) {
  const parts = underlinedParts(text, faults);
  return (
    <code>
      {parts.map(({ start, words, wrong }) =>
        wrong ? (
          <span key={start} className={styles.wrong}>
            {words}
          </span>
        ) : (
          <Fragment key={start}>{words}</Fragment>
        ),
      )}
    </code>
  );
}
