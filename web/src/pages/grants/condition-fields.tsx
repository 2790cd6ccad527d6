import { Checkbox, Select, TextInput } from '@mantine/core';
import { useState } from 'react';
import type { Conditions } from '../../../../src/contract/types/people.ts';
import { Stack } from '../../ui/panel.tsx';
import styles from './condition-fields.module.css';
import { minutesOf } from './words.ts';

/** As typed; `conditionsOf` makes the wire form. */
export interface ConditionAnswers {
  readonly twoFactors: boolean;
  readonly networks: string;
  readonly purposes: string;
  readonly classification: string | null;
  readonly days: readonly number[];
  readonly from: string;
  readonly to: string;
}

export const noConditions: ConditionAnswers = {
  twoFactors: false,
  networks: '',
  purposes: '',
  classification: null,
  days: [],
  from: '08:00',
  to: '18:00',
};

const weekdays = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'] as const;
const dayNames = ['Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday', 'Sunday'] as const;
const classifications = ['public', 'internal', 'confidential', 'restricted'];

/** Only what was asked for; hours are meant in this browser's time zone. */
export function conditionsOf(answers: ConditionAnswers): Conditions {
  const list = (text: string): string[] => text.split(/[\s,;]+/).filter((part) => part !== '');
  const networks = list(answers.networks);
  const purposes = answers.purposes
    .split(/[,;]+/)
    .map((part) => part.trim())
    .filter((part) => part !== '');
  return {
    ...(answers.twoFactors ? { level: 2 as const } : {}),
    ...(networks.length === 0 ? {} : { networks }),
    ...(purposes.length === 0 ? {} : { purposes }),
    ...(answers.classification === null
      ? {}
      : { maxClassification: answers.classification as NonNullable<Conditions['maxClassification']> }),
    ...(answers.days.length === 0
      ? {}
      : {
          hours: {
            days: [...answers.days],
            fromMinute: minutesOf(answers.from) ?? 0,
            toMinute: minutesOf(answers.to) ?? 1440,
            timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
          },
        }),
  };
}

interface ConditionFieldsProps {
  readonly value: ConditionAnswers;
  readonly onChange: (value: ConditionAnswers) => void;
}

/** Under what the grant counts. Folded away until somebody wants one: most grants have none. */
export function ConditionFields({ value, onChange }: ConditionFieldsProps) {
  const [open, setOpen] = useState(false);
  const set = (some: Partial<ConditionAnswers>): void => onChange({ ...value, ...some });
  return (
    <details className={styles.details} open={open} onToggle={(event) => setOpen(event.currentTarget.open)}>
      <summary>Conditions</summary>
      <div className={styles.fields}>
        <Stack>
          <Checkbox
            label="Only with two factors or a passkey"
            checked={value.twoFactors}
            onChange={(event) => set({ twoFactors: event.currentTarget.checked })}
          />
          <TextInput
            label="Only from these networks"
            placeholder="10.0.0.0/8, 2001:db8::/32"
            spellCheck={false}
            value={value.networks}
            onChange={(event) => set({ networks: event.currentTarget.value })}
          />
          <Days value={value} onChange={onChange} />
          <TextInput
            label="Only for these purposes"
            description="The caller names one of them with each request."
            placeholder="release, incident"
            value={value.purposes}
            onChange={(event) => set({ purposes: event.currentTarget.value })}
          />
          <Select
            label="Only up to this classification"
            clearable
            data={classifications}
            value={value.classification}
            onChange={(classification) => set({ classification })}
          />
        </Stack>
      </div>
    </details>
  );
}

function Days({ value, onChange }: ConditionFieldsProps) {
  const toggle = (day: number): void => {
    const days = value.days.includes(day) ? value.days.filter((one) => one !== day) : [...value.days, day];
    onChange({ ...value, days });
  };
  return (
    <fieldset className={styles.days}>
      <legend>Only on these days</legend>
      <div className={styles.week}>
        {weekdays.map((short, index) => (
          <label key={short}>
            <input
              type="checkbox"
              aria-label={dayNames[index]}
              checked={value.days.includes(index + 1)}
              onChange={() => toggle(index + 1)}
            />
            <span aria-hidden="true">{short}</span>
          </label>
        ))}
      </div>
      {value.days.length > 0 && (
        <div className={styles.hours}>
          <TextInput
            type="time"
            label="From"
            value={value.from}
            onChange={(event) => onChange({ ...value, from: event.currentTarget.value })}
          />
          <TextInput
            type="time"
            label="To"
            value={value.to}
            onChange={(event) => onChange({ ...value, to: event.currentTarget.value })}
          />
        </div>
      )}
    </fieldset>
  );
}
