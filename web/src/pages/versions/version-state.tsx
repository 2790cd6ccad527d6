import { Link } from '@tanstack/react-router';
import { reasonsAgainst } from '../../../../src/contract/reasons-against.ts';
import { useMe } from '../../api/hooks.ts';
import { byteWords, countWords } from '../../ui/byte-words.ts';
import { Digest } from '../../ui/digest.tsx';
import { Meter } from '../../ui/meter.tsx';
import { Columns, Facts, Panel } from '../../ui/panel.tsx';
import { Revealed } from '../../ui/revealed.tsx';
import { sentence } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { Timestamp } from '../../ui/timestamp.tsx';
import { StageBadge, VerdictMark } from '../models/badges.tsx';
import {
  broughtBy,
  codeWords,
  isMoving,
  isSame,
  isUploading,
  type ModelVersion,
  policyWords,
  sourceWords,
  stateWords,
  verdictWords,
} from '../models/words.ts';
import styles from './versions.module.css';

/** What matters most, in words: is it safe, can it be had, and if not, why not. */
export function VersionState({ version }: { readonly version: ModelVersion }) {
  const code = codeWords(version);
  return (
    <>
      <div className={styles.state} data-tone={toneOf(version)} aria-live="polite">
        <div>
          <h2 className={styles.stateHead}>
            <StatusMark of={version.state} boxed />
            <VerdictMark verdict={version.verdict} boxed />
            <StageBadge stage={version.stage} />
          </h2>
          <p>{stateWords[version.state]}</p>
          {version.verdict !== null && <p>{verdictWords[version.verdict]}</p>}
          {version.verdict === 'clean' && code !== null && <p>{code}</p>}
          <Why version={version} />
        </div>
        {isMoving(version) && <Course version={version} />}
      </div>
      <Columns>
        <Panel title="On record">
          <Record version={version} />
        </Panel>
        <Panel title="What it holds">
          <Measures version={version} />
        </Panel>
      </Columns>
    </>
  );
}

function toneOf({ state, verdict }: ModelVersion): 'seal' | 'critical' | 'medium' | 'quiet' {
  if (state === 'denied' || state === 'recalled' || state === 'failed' || verdict === 'malicious') return 'critical';
  if (state === 'review' || verdict === 'suspicious' || verdict === 'inconclusive') return 'medium';
  return state === 'released' ? 'seal' : 'quiet';
}

/** The reasons of the decision that hold it back, and what else somebody has to know. */
function Why({ version: { state, failure, recall, decision } }: { readonly version: ModelVersion }) {
  const isHeld = state === 'denied' || state === 'review';
  const reasons = isHeld && decision !== null ? reasonsAgainst(decision) : [];
  return (
    <>
      {failure !== null && reasons.length === 0 && (
        <p className={styles.why}>
          <strong>
            <Revealed text={sentence(failure)} />
          </strong>
        </p>
      )}
      {recall !== null && (
        <p className={styles.why}>
          <strong>
            Recalled by {recall.by?.name ?? 'the server'}, <Timestamp at={recall.at} />:{' '}
            <Revealed text={recall.reason} />
          </strong>
        </p>
      )}
      {reasons.length > 0 && (
        <ul className={styles.reasons} aria-label="Because">
          {reasons.map(({ rule, message }) => (
            <li key={`${rule} ${message}`}>
              <code>
                <Revealed text={rule} />
              </code>{' '}
              <Revealed text={sentence(message)} />
            </li>
          ))}
        </ul>
      )}
    </>
  );
}

/** How far the work is. */
function Course({ version }: { readonly version: ModelVersion }) {
  const { id, step, progress, createdBy } = version;
  const { data: me } = useMe();
  if (isUploading(version)) {
    if (!isSame(createdBy, me?.principal.id)) return null;
    return (
      <p className={styles.course}>
        <Link to="/upload" search={{ version: id }}>
          Go on with the upload
        </Link>
      </p>
    );
  }
  return (
    <div className={styles.course}>
      <p>{step === null ? 'It waits for its turn.' : sentence(step)}</p>
      <Meter wide share={progress} label={step ?? 'Progress'} />
    </div>
  );
}

function Record({ version }: { readonly version: ModelVersion }) {
  const { askedBy, createdAt, source, examinedAt, examinedWith, releasedAt, revision, rootDigest } = version;
  return (
    <Facts
      facts={[
        {
          term: 'Came in',
          is: (
            <>
              {broughtBy(version)}, <Timestamp at={createdAt} show="both" />
            </>
          ),
        },
        ...(askedBy.length === 0 ? [] : [{ term: 'Asked for by', is: askedBy.map(({ name }) => name).join(', ') }]),
        { term: 'From', is: <Revealed text={sourceWords(source)} /> },
        {
          term: 'Examined',
          is:
            examinedAt === null ? (
              <span className="quiet">not yet</span>
            ) : (
              <>
                <Timestamp at={examinedAt} show="both" />
                {examinedWith !== null && `, with the rules of ${examinedWith}`}
              </>
            ),
        },
        { term: 'Released', is: <Timestamp at={releasedAt} show="both" never="never" /> },
        ...(revision === null ? [] : [{ term: 'Revision', is: <Digest value={revision} what="revision" whole /> }]),
        ...(rootDigest === null ? [] : [{ term: 'Root digest', is: <Digest value={rootDigest} whole /> }]),
      ]}
    />
  );
}

function Measures({ version }: { readonly version: ModelVersion }) {
  const { files, bytes, formats, licences, decision, id } = version;
  return (
    <Facts
      facts={[
        { term: 'Size', is: `${byteWords(bytes)} in ${countWords(files, 'file')}` },
        { term: 'Formats', is: formats.length === 0 ? <span className="quiet">not known</span> : formats.join(', ') },
        {
          term: 'Licences',
          is:
            licences.length === 0 ? (
              <span className="quiet">none stated</span>
            ) : (
              <Revealed text={licences.join(', ')} />
            ),
        },
        {
          term: 'Decision',
          is:
            decision === null ? (
              <span className="quiet">none yet</span>
            ) : (
              <>
                <StatusMark of={decision.outcome} /> by {policyWords(decision.policyVersion)}
                {decision.convert && ', after conversion to safetensors'}
              </>
            ),
        },
        { term: 'Id', is: <Digest value={id} what="id" whole /> },
      ]}
    />
  );
}
