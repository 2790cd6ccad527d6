import type { ReactNode } from 'react';
import { Revealed } from '../../ui/revealed.tsx';
import { sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import type { Finding, InspectedFile } from './documents.ts';
import { type Excerpt, excerptFor } from './excerpt.ts';
import styles from './versions.module.css';

/** Why a rule is there, and what to do about what it found. */
export type RuleTexts = Readonly<Record<string, { readonly why: string; readonly fix: string } | undefined>>;

interface FindingCardProps {
  readonly finding: Finding;
  readonly inspection: readonly InspectedFile[];
  readonly text: RuleTexts[string];
}

/** One finding: on the left what stands there, on the right why it matters and what to do. */
export function FindingCard({ finding, inspection, text }: FindingCardProps) {
  const { severity, title, ruleId, message, occurrences, suppressed } = finding;
  const excerpt = excerptFor(finding, inspection);
  return (
    <article className={styles.finding} data-severity={severity}>
      <header>
        <h3>
          <StatusMark of={severity}>{title === '' ? ruleId : <Revealed text={title} />}</StatusMark>
        </h3>
        <code className={styles.rule}>{ruleId}</code>
      </header>
      <p className={styles.message}>
        <Revealed text={sentence(message)} />
        {occurrences > 1 && <span className="soft"> Found {occurrences} times here.</span>}
      </p>
      <Place finding={finding} />
      {suppressed !== undefined && (
        <p>
          <StatusMark of="waived">
            Accepted: <Revealed text={suppressed.reason} />
          </StatusMark>
        </p>
      )}
      <div className={styles.sides}>
        <div>
          <h4>What stands there</h4>
          {excerpt === null ? <Data finding={finding} /> : <Code excerpt={excerpt} finding={finding} />}
        </div>
        <div className={styles.advice}>
          <h4>Why it matters</h4>
          <p>{text?.why ?? 'This console does not know the rule; the report comes from another version.'}</p>
          {text !== undefined && (
            <>
              <h4>What to do</h4>
              <p>{text.fix}</p>
            </>
          )}
          <References finding={finding} />
        </div>
      </div>
    </article>
  );
}

const figure = new Intl.NumberFormat('en-GB');

function Place({ finding: { location } }: { readonly finding: Finding }) {
  const { path, member, offset, length, pointer } = location;
  const pieces: readonly (readonly [string, ReactNode])[] = [
    ['file', <Revealed key="file" text={path} />],
    ...(member === undefined ? [] : [['member', <Revealed key="member" text={member} />] as const]),
    ...(offset === undefined
      ? []
      : [
          ['byte', `${figure.format(offset)}${length === undefined ? '' : `, ${figure.format(length)} long`}`] as const,
        ]),
    ...(pointer === undefined || pointer === '' ? [] : [['at', <Revealed key="at" text={pointer} />] as const]),
  ];
  return (
    <dl className={styles.place}>
      {pieces.map(([term, is]) => (
        <div key={term}>
          <dt>{term}</dt>
          <dd>{is}</dd>
        </div>
      ))}
    </dl>
  );
}

/** What a pickle would do or a template says, the line of the finding marked; texts of strangers, as text. */
function Code({
  excerpt: { title, lines, before, after },
  finding: { ruleId, location },
}: {
  readonly excerpt: Excerpt;
  readonly finding: Finding;
}) {
  const place = [location.path, location.member, location.offset].filter((piece) => piece !== undefined).join(' ');
  return (
    <figure className={styles.excerpt}>
      <figcaption>
        <Revealed text={title} />, taken apart without being run
      </figcaption>
      <div
        className={styles.code}
        tabIndex={0}
        role="region"
        aria-label={`Excerpt of the ${title}, ${ruleId}, ${place}`}
      >
        <table>
          <tbody>
            {before > 0 && <Omitted count={before} />}
            {lines.map(({ index, offset, text, isIt }) => (
              <tr key={index} data-it={isIt || undefined}>
                <td className="tabular">{offset ?? index + 1}</td>
                <td>
                  {isIt && <span className="visually-hidden">here: </span>}
                  <Revealed text={text} />
                </td>
              </tr>
            ))}
            {after > 0 && <Omitted count={after} />}
          </tbody>
        </table>
      </div>
    </figure>
  );
}

function Omitted({ count }: { readonly count: number }) {
  return (
    <tr className={styles.skip}>
      <td colSpan={2}>{count === 1 ? 'one more line' : `${count} more lines`}</td>
    </tr>
  );
}

const MAX_VALUE = 2000;
const MAX_ROWS = 30;

function valueWords(value: unknown): string {
  const words = typeof value === 'string' ? value : (JSON.stringify(value) ?? '');
  return words.length > MAX_VALUE ? `${words.slice(0, MAX_VALUE)}…` : words;
}

/** The evidence of a finding as the rule kept it. */
function Data({ finding: { data } }: { readonly finding: Finding }) {
  const rows = Object.entries(data).slice(0, MAX_ROWS);
  if (rows.length === 0) return <p className="quiet">The rule kept nothing beside its place.</p>;
  return (
    <dl className={styles.data}>
      {rows.map(([name, value]) => (
        <div key={name}>
          <dt>
            <Revealed text={name} />
          </dt>
          <dd>
            <code>
              <Revealed text={valueWords(value)} />
            </code>
          </dd>
        </div>
      ))}
    </dl>
  );
}

/** Pages about a reference, where there is a stable one. */
const pageOf: Readonly<Record<string, (id: string) => string>> = {
  CWE: (id) => `https://cwe.mitre.org/data/definitions/${encodeURIComponent(id.replace(/^CWE-/, ''))}.html`,
  CVE: (id) => `https://nvd.nist.gov/vuln/detail/${encodeURIComponent(id)}`,
  GHSA: (id) => `https://github.com/advisories/${encodeURIComponent(id)}`,
  ATLAS: (id) => `https://atlas.mitre.org/techniques/${encodeURIComponent(id)}`,
};

/** Links are made from ids of known kinds only: an address in a report is a stranger's, and is shown as text. */
function References({ finding: { references } }: { readonly finding: Finding }) {
  if (references.length === 0) return null;
  return (
    <ul className={styles.references} aria-label="References">
      {references.map(({ kind, id }) => (
        <li key={`${kind} ${id}`}>
          {pageOf[kind] === undefined ? (
            <Revealed text={kind === 'URL' ? id : `${kind} ${id}`} />
          ) : (
            <a href={pageOf[kind](id)} rel="noreferrer noopener" target="_blank">
              <Revealed text={id} />
            </a>
          )}
        </li>
      ))}
    </ul>
  );
}
