import { Select, TextInput } from '@mantine/core';
import { useDebouncedCallback } from '@mantine/hooks';
import { useState } from 'react';
import { useApi } from '../../api/hooks.ts';
import { SearchField } from '../../ui/search-field.tsx';
import styles from './models.module.css';

const TYPING_MS = 300;
const MAX_PROJECTS = 200;
const TAG = /^[a-z0-9][a-z0-9._:-]{0,63}$/;

type State = 'uploading' | 'examining' | 'review' | 'released' | 'denied' | 'recalled' | 'failed';
type Verdict = 'clean' | 'inconclusive' | 'suspicious' | 'malicious';

/** What the address of the list says. */
export interface ModelSearch {
  readonly search?: string | undefined;
  readonly projectId?: string | undefined;
  readonly tag?: string | undefined;
  readonly licence?: string | undefined;
  readonly state?: State | undefined;
  readonly verdict?: Verdict | undefined;
  readonly archived?: boolean | undefined;
  readonly order?: 'name' | 'changed' | undefined;
  readonly make?: boolean | undefined;
}

interface FiltersProps {
  readonly search: ModelSearch;
  readonly onChange: (some: ModelSearch) => void;
}

const states = [
  { value: 'released', label: 'Released' },
  { value: 'review', label: 'Waits for review' },
  { value: 'examining', label: 'Being examined' },
  { value: 'uploading', label: 'Uploading' },
  { value: 'denied', label: 'Denied' },
  { value: 'recalled', label: 'Recalled' },
  { value: 'failed', label: 'Failed' },
];
const verdicts = ['clean', 'inconclusive', 'suspicious', 'malicious'].map((value) => ({
  value,
  label: value.charAt(0).toUpperCase() + value.slice(1),
}));
const orders = [
  { value: 'changed', label: 'Changed last, first' },
  { value: 'name', label: 'By name' },
];
const shelves = [
  { value: 'current', label: 'In use' },
  { value: 'archived', label: 'Archived' },
];

/** What the list is narrowed by. It stands in the address, so that it can be sent to somebody. */
export function Filters({ search, onChange }: FiltersProps) {
  const projects = useApi('projects.list', { query: { limit: MAX_PROJECTS } });
  return (
    <div className={styles.filters} role="search" aria-label="Filters">
      <Typed
        label="Find a name or a file"
        value={search.search}
        onTyped={(words) => onChange({ search: words })}
        search
      />
      <Select
        label="Newest version is"
        placeholder="anything"
        clearable
        data={states}
        value={search.state ?? null}
        onChange={(state) => onChange({ state: (state as State | null) ?? undefined })}
      />
      <Select
        label="Verdict"
        placeholder="any"
        clearable
        data={verdicts}
        value={search.verdict ?? null}
        onChange={(verdict) => onChange({ verdict: (verdict as Verdict | null) ?? undefined })}
      />
      <Select
        label="Project"
        placeholder="any"
        clearable
        searchable
        data={(projects.data?.items ?? []).map(({ id, name }) => ({ value: id, label: name }))}
        value={search.projectId ?? null}
        onChange={(projectId) => onChange({ projectId: projectId ?? undefined })}
      />
      <Select
        label="Order"
        allowDeselect={false}
        data={orders}
        value={search.order ?? 'changed'}
        onChange={(order) => onChange({ order: order === 'name' ? 'name' : undefined })}
      />
      <Typed
        label="Tag"
        value={search.tag}
        check={(tag) => (TAG.test(tag) ? null : 'Lower-case letters, digits and . _ : -')}
        onTyped={(tag) => onChange({ tag })}
      />
      <Typed label="Licence" value={search.licence} onTyped={(licence) => onChange({ licence })} />
      <Select
        label="Shelf"
        allowDeselect={false}
        data={shelves}
        value={search.archived === true ? 'archived' : 'current'}
        onChange={(shelf) => onChange({ archived: shelf === 'archived' ? true : undefined })}
      />
    </div>
  );
}

interface TypedProps {
  readonly label: string;
  readonly value: string | undefined;
  readonly onTyped: (words: string | undefined) => void;
  /** What is wrong with the words; they are not asked for then. */
  readonly check?: (words: string) => string | null;
  readonly search?: boolean;
}

const anything = (): null => null;

/** A field whose words count once somebody stops typing. */
function Typed({ label, value, onTyped, check = anything, search = false }: TypedProps) {
  const [words, setWords] = useState(value ?? '');
  const settle = useDebouncedCallback((typed: string) => {
    const trimmed = typed.trim();
    if (trimmed === '' || check(trimmed) === null) onTyped(trimmed === '' ? undefined : trimmed);
  }, TYPING_MS);
  const change = (typed: string): void => {
    setWords(typed);
    settle(typed);
  };
  if (search) return <SearchField label={label} value={words} onChange={change} />;
  const wrong = words.trim() === '' ? null : check(words.trim());
  return (
    <TextInput
      label={label}
      placeholder="any"
      maxLength={120}
      spellCheck={false}
      value={words}
      error={wrong}
      onChange={(event) => change(event.currentTarget.value)}
    />
  );
}
