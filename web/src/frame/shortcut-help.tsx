import { Checkbox, Modal } from '@mantine/core';
import { useState } from 'react';
import { useMay } from '../api/hooks.ts';
import { Stack } from '../ui/panel.tsx';
import { visibleSections } from './navigation.ts';
import styles from './shortcut-help.module.css';
import { letterShortcutsOn, setLetterShortcuts } from './shortcuts.ts';

interface ShortcutHelpProps {
  readonly opened: boolean;
  readonly onClose: () => void;
}

/** What the keys do. */
export function ShortcutHelp({ opened, onClose }: ShortcutHelpProps) {
  return (
    <Modal opened={opened} onClose={onClose} title="Keyboard shortcuts">
      <Keys />
    </Modal>
  );
}

function Keys() {
  const [letters, setLetters] = useState(letterShortcutsOn);
  const places = visibleSections(useMay()).flatMap((section) => section.places);
  return (
    <Stack>
      <dl className={styles.keys}>
        <Key keys={['Ctrl', 'K']}>Find or do anything</Key>
        <Key keys={['/']}>Go to the filter of the page</Key>
        <Key keys={['↑', '↓']}>Walk the rows of a table</Key>
        <Key keys={['Esc']}>Close what is open</Key>
        <Key keys={['?']}>This list</Key>
        {places.map(({ to, label, key }) => (
          <Key key={to} keys={['g', key]}>
            {label}
          </Key>
        ))}
      </dl>
      <Checkbox
        checked={letters}
        label="Single letters act as shortcuts"
        description="Turn this off if you dictate to your computer."
        onChange={(event) => {
          setLetters(event.currentTarget.checked);
          setLetterShortcuts(event.currentTarget.checked);
        }}
      />
    </Stack>
  );
}

function Key({ keys, children }: { readonly keys: readonly string[]; readonly children: string }) {
  return (
    <div>
      <dt>
        {keys.map((key) => (
          <kbd key={key}>{key}</kbd>
        ))}
      </dt>
      <dd>{children}</dd>
    </div>
  );
}
