import { Button, Checkbox } from '@mantine/core';
import { useState } from 'react';
import { CopyButton } from './copy-button.tsx';
import { Row, Stack } from './panel.tsx';
import styles from './secret-once.module.css';

interface SecretOnceProps {
  /** One secret, or several such as recovery codes. */
  readonly secrets: readonly string[];
  readonly what: string;
  /** What it is for and what to do when it is lost. */
  readonly lead: string;
  readonly onStored: () => void;
  readonly done?: string;
}

/** Shows a secret the only time it is seen, and goes on only when its reader says that he stored it. */
export function SecretOnce({ secrets, what, lead, onStored, done = 'Done' }: SecretOnceProps) {
  const [stored, setStored] = useState(false);
  return (
    <Stack>
      <p className={styles.lead}>{lead}</p>
      <ul className={styles.secrets} data-many={secrets.length > 1 || undefined} aria-label={what}>
        {secrets.map((secret) => (
          <li key={secret}>
            <code>{secret}</code>
          </li>
        ))}
      </ul>
      <Row>
        <CopyButton labelled what={what} value={secrets.join('\n')} />
      </Row>
      <Checkbox
        checked={stored}
        onChange={(event) => setStored(event.currentTarget.checked)}
        label={`I stored the ${what} in a safe place`}
        description="Nobody can show it again, the server keeps only its hash."
      />
      <Row end>
        <Button disabled={!stored} onClick={onStored}>
          {done}
        </Button>
      </Row>
    </Stack>
  );
}
