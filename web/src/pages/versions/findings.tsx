import { Button, SegmentedControl, Select } from '@mantine/core';
import { useQuery } from '@tanstack/react-query';
import { useState } from 'react';
import { countWords } from '../../ui/byte-words.ts';
import { Panel, Row } from '../../ui/panel.tsx';
import { SearchField } from '../../ui/search-field.tsx';
import { EmptyState } from '../../ui/states.tsx';
import { StatusMark } from '../../ui/status-mark.tsx';
import { matches } from '../../ui/table-order.ts';
import { Timestamp } from '../../ui/timestamp.tsx';
import { Waiting } from '../../ui/waiting.tsx';
import { isMoving } from '../models/words.ts';
import { type Finding, type InspectedFile, severities, useDocument } from './documents.ts';
import { FindingCard, type RuleTexts } from './finding-card.tsx';
import { documentOf, type PartProps } from './part-props.ts';
import styles from './versions.module.css';

const PAGE = 50;

/** What the rules found, the worst first, each with its place, its why and what to do. */
export function Findings({ version, evidence }: PartProps) {
  const [chosen, setSide] = useState<Side | null>(null);
  const sides = sidesOf(version, evidence);
  const side = chosen ?? sides[0] ?? 'scan-report';
  const { id: versionId } = version;
  const document = documentOf(evidence, side);
  const report = useDocument({ versionId, kind: side, document });
  const inspection = useDocument({ versionId, kind: 'inspection', document: documentOf(evidence, 'inspection') });
  const texts = useRuleTexts();
  if (evidence !== undefined && document === null) {
    return (
      <EmptyState title="No report yet">
        {isMoving(version)
          ? 'It appears here as soon as the examination is through.'
          : 'The version was never examined to the end.'}
      </EmptyState>
    );
  }
  if (report.data === undefined) return <Waiting on={report} lines={8} />;
  const findings = report.data.artifacts.flatMap((artifact) => artifact.findings);
  return (
    <>
      <div className={styles.side}>
        {sides.length > 1 && (
          <SegmentedControl
            aria-label="Which files"
            value={side}
            onChange={(value) => setSide(value)}
            data={sides.map((value) => ({ value, label: sideWords[value] }))}
          />
        )}
        {document !== null && (
          <span className="soft">
            Examined <Timestamp at={document.madeAt} show="both" />
          </span>
        )}
      </div>
      <FindingList
        key={side}
        findings={findings}
        notes={report.data.notes}
        // What was taken apart are the files as they came.
        inspection={side === 'scan-report' ? (inspection.data?.files ?? []) : []}
        texts={texts}
        files={report.data.artifacts.length}
      />
    </>
  );
}

type Side = 'release-report' | 'scan-report';

const sideWords: Readonly<Record<Side, string>> = { 'release-report': 'As given out', 'scan-report': 'As they came' };

/** Converted files have a report of their own, and examining a version again renews that one; what counts comes first. */
function sidesOf({ state }: PartProps['version'], evidence: PartProps['evidence']): readonly Side[] {
  if (documentOf(evidence, 'release-report') === null) return ['scan-report'];
  return state === 'released' || state === 'recalled'
    ? ['release-report', 'scan-report']
    : ['scan-report', 'release-report'];
}

/** Why each rule is there and what to do about it: a part of the console's own code, loaded when it is wanted. */
function useRuleTexts(): RuleTexts {
  const { data } = useQuery({
    queryKey: ['rule-texts'],
    queryFn: async () => (await import('./rule-texts.json')).default as RuleTexts,
    staleTime: Number.POSITIVE_INFINITY,
  });
  return data ?? {};
}

interface FindingListProps {
  readonly findings: readonly Finding[];
  readonly notes: readonly string[];
  readonly inspection: readonly InspectedFile[];
  readonly texts: RuleTexts;
  readonly files: number;
}

const wordsOf = ({ ruleId, title, message, location }: Finding): string =>
  `${ruleId} ${title} ${message} ${location.path} ${location.member ?? ''}`;

function FindingList({ findings, notes, inspection, texts, files }: FindingListProps) {
  const [filter, setFilter] = useState('');
  const [path, setPath] = useState<string | null>(null);
  const [limit, setLimit] = useState(PAGE);
  if (findings.length === 0) {
    return (
      <EmptyState title="Nothing was found">
        {countWords(files, 'file was', 'files were')} taken apart and no rule had anything to say.
        {notes.length > 0 && ` ${notes.join(' ')}`}
      </EmptyState>
    );
  }
  const paths = [...new Set(findings.map(({ location }) => location.path))];
  const wanted = findings.filter(
    (one) => (path === null || one.location.path === path) && (filter === '' || matches(wordsOf(one), filter)),
  );
  const shown = sorted(wanted).slice(0, limit);
  return (
    <>
      <div className={styles.tools}>
        <SearchField label="Filter findings" value={filter} onChange={setFilter} />
        {paths.length > 1 && (
          <Select
            aria-label="File"
            placeholder="all files"
            clearable
            searchable
            data={paths}
            value={path}
            onChange={setPath}
          />
        )}
        <span className="soft tabular" aria-live="polite">
          {countWords(wanted.length, 'finding')} in {countWords(paths.length, 'file')} of {files}
        </span>
      </div>
      {wanted.length === 0 && <EmptyState title="Nothing matches">Try fewer or other words.</EmptyState>}
      <Groups findings={shown} inspection={inspection} texts={texts} />
      {wanted.length > shown.length && (
        <Row>
          <Button variant="default" onClick={() => setLimit(limit + PAGE)}>
            Show more of {wanted.length}
          </Button>
        </Row>
      )}
    </>
  );
}

const keyOf = ({ ruleId, message, location }: Finding): string => `${ruleId} ${JSON.stringify(location)} ${message}`;

/** What counts, the worst first; what somebody accepted comes last. */
function sorted(findings: readonly Finding[]): readonly Finding[] {
  const rank = (one: Finding): number => (one.suppressed === undefined ? 0 : 10) + severities.indexOf(one.severity);
  return findings.toSorted((a, b) => rank(a) - rank(b));
}

function Groups({ findings, inspection, texts }: Pick<FindingListProps, 'findings' | 'inspection' | 'texts'>) {
  return severities.map((severity) => {
    const group = findings.filter((one) => one.severity === severity);
    if (group.length === 0) return null;
    return (
      <Panel
        key={severity}
        title={`${severity.charAt(0).toUpperCase()}${severity.slice(1)}`}
        lead={<StatusMark of={severity}>{countWords(group.length, 'finding')}</StatusMark>}
      >
        <ul className={styles.findings}>
          {group.map((one) => (
            <li key={keyOf(one)}>
              <FindingCard finding={one} inspection={inspection} text={texts[one.ruleId]} />
            </li>
          ))}
        </ul>
      </Panel>
    );
  });
}
