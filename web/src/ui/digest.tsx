import { Tooltip } from '@mantine/core';
import { CopyButton } from './copy-button.tsx';
import styles from './digest.module.css';

interface DigestProps {
  readonly value: string;
  readonly what?: string;
  /** Shows every character, broken where it must be. */
  readonly whole?: boolean;
}

const HEAD_CHARACTERS = 10;
const TAIL_CHARACTERS = 6;

/** The ends of a long identifier: what people compare by eye. */
function shorten(value: string): string {
  if (value.length <= HEAD_CHARACTERS + TAIL_CHARACTERS + 1) return value;
  return `${value.slice(0, HEAD_CHARACTERS)}…${value.slice(-TAIL_CHARACTERS)}`;
}

/** A digest or identifier in fixed-width letters, whole on demand, always copied whole. */
export function Digest({ value, what = 'digest', whole = false }: DigestProps) {
  return (
    <span className={styles.digest} data-whole={whole || undefined}>
      {whole ? (
        <code>{value}</code>
      ) : (
        <Tooltip label={value} multiline maw={420}>
          <code>{shorten(value)}</code>
        </Tooltip>
      )}
      <CopyButton value={value} what={what} />
    </span>
  );
}
