import { Button, TextInput } from '@mantine/core';
import { type FormEvent, useState } from 'react';
import { Stack } from '../../ui/panel.tsx';
import styles from './code-field.module.css';

const DIGITS = 6;

interface CodeFieldProps {
  readonly label: string;
  readonly busy: boolean;
  readonly verb?: string;
  readonly onCode: (code: string) => void;
}

/** Six digits in one field, so that pasting, password managers and screen readers just work. */
export function CodeField({ label, busy, verb = 'Continue', onCode }: CodeFieldProps) {
  const [code, setCode] = useState('');
  function submit(event: FormEvent): void {
    event.preventDefault();
    onCode(code);
    setCode('');
  }
  return (
    <form onSubmit={submit}>
      <Stack>
        <TextInput
          label={label}
          inputMode="numeric"
          autoComplete="one-time-code"
          pattern="\d{6}"
          maxLength={DIGITS}
          required
          withAsterisk={false}
          autoFocus
          classNames={{ input: styles.code ?? '' }}
          value={code}
          onChange={(event) => setCode(event.currentTarget.value.replace(/\D/g, ''))}
        />
        <Button type="submit" size="md" fullWidth loading={busy} disabled={code.length !== DIGITS}>
          {verb}
        </Button>
      </Stack>
    </form>
  );
}
