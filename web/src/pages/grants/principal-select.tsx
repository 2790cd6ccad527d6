import { Select } from '@mantine/core';
import { useDebouncedValue } from '@mantine/hooks';
import { useMemo, useState } from 'react';
import type { PrincipalRef } from '../../../../src/contract/types/common.ts';
import { useApiWhen, useMay } from '../../api/hooks.ts';

const SEARCH_DELAY_MS = 180;
const MAX_OF_EACH = 50;

interface PrincipalSelectProps {
  readonly label: string;
  readonly value: PrincipalRef | null;
  readonly onChange: (principal: PrincipalRef | null) => void;
  readonly only?: 'person' | 'service';
}

/** Finds a person or a service by name as one types; the server searches. */
export function PrincipalSelect({ label, value, onChange, only }: PrincipalSelectProps) {
  const may = useMay();
  const [typed, setTyped] = useState('');
  const [search] = useDebouncedValue(typed, SEARCH_DELAY_MS);
  // Once somebody is chosen the field holds his whole label, which is no search.
  const query = { query: { search: value === null ? search.trim() : '', limit: MAX_OF_EACH } };
  const people = useApiWhen(only !== 'service' && may('people.read'), 'people.list', query);
  const services = useApiWhen(only !== 'person' && may('services.read'), 'services.list', query);

  const data = useMemo(() => {
    const group = (name: string, kind: string, items: readonly { id: string; name: string }[] = []) => ({
      group: name,
      items: items.map((item) => ({ value: `${kind}:${item.id}`, label: item.name })),
    });
    return [group('People', 'person', people.data?.items), group('Services', 'service', services.data?.items)].filter(
      ({ items }) => items.length > 0,
    );
  }, [people.data, services.data]);

  return (
    <Select
      label={label}
      placeholder="Type a name"
      searchable
      required
      withAsterisk={false}
      nothingFoundMessage="Nobody is called that"
      data={data}
      filter={({ options }) => options}
      onSearchChange={setTyped}
      value={value === null ? null : `${value.kind}:${value.id}`}
      onChange={(chosen) => onChange(parsePrincipal(chosen))}
    />
  );
}

function parsePrincipal(chosen: string | null): PrincipalRef | null {
  const [kind, id] = chosen?.split(':') ?? [];
  return (kind === 'person' || kind === 'service') && id !== undefined ? { kind, id } : null;
}
