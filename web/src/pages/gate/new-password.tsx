import { PasswordInput } from '@mantine/core';
import { useId } from 'react';
import styles from './new-password.module.css';
import { MIN_PASSWORD_CHARACTERS, strengthOf } from './password-strength.ts';

const NOTHING: readonly string[] = [];
const STEPS = [1, 2, 3, 4] as const;

interface NewPasswordProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
  /** What must not be in it. */
  readonly known?: readonly string[];
  readonly label?: string;
}

/** A new password with its rule stated first and its strength said in words. */
export function NewPassword({ value, onChange, known = NOTHING, label = 'Password' }: NewPasswordProps) {
  const strengthId = useId();
  const { level, words } = strengthOf(value, known);
  return (
    <div>
      <PasswordInput
        label={label}
        description={`At least ${MIN_PASSWORD_CHARACTERS} characters; a few unrelated words are best. No other rules, and spaces are welcome.`}
        autoComplete="new-password"
        aria-describedby={strengthId}
        required
        withAsterisk={false}
        value={value}
        onChange={(event) => onChange(event.currentTarget.value)}
      />
      <div id={strengthId} className={styles.strength} data-level={level} role="status">
        <span className={styles.steps} aria-hidden="true">
          {STEPS.map((step) => (
            <span key={step} data-filled={level >= step || undefined} />
          ))}
        </span>
        {value === '' ? '' : words}
      </div>
    </div>
  );
}
