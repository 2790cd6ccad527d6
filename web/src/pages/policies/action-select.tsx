import { Select } from '@mantine/core';
import { type ActionId, actionIds, actions } from '../../../../src/contract/actions.ts';

interface ActionSelectProps {
  readonly value: ActionId;
  readonly onChange: (action: ActionId) => void;
}

const choices = actionIds.map((value) => ({ value, label: `${actions[value].title} (${value})` }));

/** What somebody would want to do. */
export function ActionSelect({ value, onChange }: ActionSelectProps) {
  return (
    <Select
      label="Wants to"
      data={choices}
      searchable
      allowDeselect={false}
      value={value}
      onChange={(chosen) => chosen !== null && onChange(chosen)}
    />
  );
}
