import { Modal } from '@mantine/core';
import { useNavigate } from '@tanstack/react-router';
import { type KeyboardEvent, useId, useMemo, useState } from 'react';
import { useApiWhen, useMay } from '../api/hooks.ts';
import { useColourScheme } from '../theme/use-colour-scheme.ts';
import { matches } from '../ui/table-order.ts';
import { visibleSections } from './navigation.ts';
import styles from './palette.module.css';
import { useSignOut } from './use-sign-out.ts';

interface PaletteProps {
  readonly opened: boolean;
  readonly onClose: () => void;
  readonly onHelp: () => void;
}

interface Command {
  readonly id: string;
  readonly group: string;
  readonly label: string;
  readonly words: string;
  readonly run: () => void;
}

const MAX_SHOWN = 40;
const MIN_SEARCH_CHARACTERS = 2;

/** One field that finds every page, model, person, service and entry, and does the common things. */
export function Palette({ opened, onClose, onHelp }: PaletteProps) {
  return (
    <Modal
      opened={opened}
      onClose={onClose}
      withCloseButton={false}
      title={undefined}
      attributes={{ content: { 'aria-label': 'Find or do' } }}
      size="lg"
      yOffset="12vh"
      centered={false}
    >
      <Finder onClose={onClose} onHelp={onHelp} />
    </Modal>
  );
}

function Finder({ onClose, onHelp }: Omit<PaletteProps, 'opened'>) {
  const [filter, setFilter] = useState('');
  const [at, setAt] = useState(0);
  const listId = useId();
  const commands = useCommands(filter, onHelp);
  const shown = useMemo(
    () => commands.filter(({ label, words }) => matches(`${label} ${words}`, filter.trim())).slice(0, MAX_SHOWN),
    [commands, filter],
  );
  const current = Math.min(at, Math.max(shown.length - 1, 0));

  function choose(command: Command | undefined): void {
    if (command === undefined) return;
    onClose();
    command.run();
  }

  function onKey(event: KeyboardEvent): void {
    const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
    if (step !== 0 && shown.length > 0) {
      event.preventDefault();
      const next = (current + step + shown.length) % shown.length;
      setAt(next);
      document.getElementById(`${listId}-${next}`)?.scrollIntoView({ block: 'nearest' });
    }
    if (event.key === 'Enter') {
      event.preventDefault();
      choose(shown[current]);
    }
  }

  return (
    <div className={styles.finder}>
      <input
        className={styles.field}
        data-autofocus
        role="combobox"
        aria-expanded="true"
        aria-controls={listId}
        aria-activedescendant={shown.length === 0 ? undefined : `${listId}-${current}`}
        aria-label="Find or do"
        placeholder="A page, a model, a person, an entry’s number…"
        autoComplete="off"
        spellCheck={false}
        value={filter}
        onKeyDown={onKey}
        onChange={(event) => {
          setFilter(event.currentTarget.value);
          setAt(0);
        }}
      />
      <Results id={listId} commands={shown} current={current} onPoint={setAt} onChoose={choose} />
      {shown.length === 0 && <p className={styles.nothing}>Nothing is called that.</p>}
    </div>
  );
}

interface ResultsProps {
  readonly id: string;
  readonly commands: readonly Command[];
  readonly current: number;
  readonly onPoint: (index: number) => void;
  readonly onChoose: (command: Command) => void;
}

function Results({ id, commands, current, onPoint, onChoose }: ResultsProps) {
  return (
    <ul id={id} role="listbox" aria-label="Results" className={styles.list}>
      {commands.map((command, index) => (
        <li
          key={command.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === current}
          className={styles.option}
          onMouseMove={() => onPoint(index)}
          onMouseDown={(event) => {
            event.preventDefault();
            onChoose(command);
          }}
        >
          <span>{command.label}</span>
          <span className={styles.group}>{command.group}</span>
        </li>
      ))}
    </ul>
  );
}

function useCommands(filter: string, onHelp: () => void): readonly Command[] {
  const navigate = useNavigate();
  const may = useMay();
  const signOut = useSignOut();
  const { setScheme } = useColourScheme();
  const found = useFound(filter);
  return useMemo(() => {
    const go = (to: string) => () => void navigate({ to });
    const command = (group: string, label: string, words: string, run: () => void): Command => ({
      id: `${group} ${label}`,
      group,
      label,
      words,
      run,
    });
    const pages = visibleSections(may).flatMap(({ title, places }) =>
      places.map(({ to, label, words, outside }) =>
        command(title ?? 'Page', label, words, outside ? () => window.location.assign(to) : go(to)),
      ),
    );
    const number = /^#?(\d+)$/.exec(filter.trim())?.[1];
    const entry =
      number !== undefined && may('ledger.read')
        ? [command('Ledger', `Entry ${number}`, `#${number}`, go(`/ledger/${number}`))]
        : [];
    const acts = [
      ...(may('people.invite') ? [command('Do', 'Invite a person', 'add user new', go('/people?invite=true'))] : []),
      ...(may('services.change') ? [command('Do', 'Make a service', 'add new key', go('/services?make=true'))] : []),
      ...(may('policies.read')
        ? [command('Do', 'Try a request against the policies', 'tester why', go('/policies/try'))]
        : []),
      command('Theme', 'Light', 'theme colour scheme bright', () => setScheme('light')),
      command('Theme', 'Dark', 'theme colour scheme night', () => setScheme('dark')),
      command('Theme', 'Follow the system', 'theme colour scheme auto', () => setScheme('auto')),
      command('Help', 'Keyboard shortcuts', 'keys help', onHelp),
      command('Do', 'Sign out', 'log out leave', () => void signOut()),
    ];
    const people = found.people.map(({ id, name, email }) =>
      command('Person', name, `${email ?? ''} ${filter}`, go(`/people/${id}`)),
    );
    const services = found.services.map(({ id, name }) => command('Service', name, filter, go(`/services/${id}`)));
    const models = found.models.map(({ id, name }) => command('Model', name, filter, go(`/models/${id}`)));
    return [...entry, ...models, ...people, ...services, ...pages, ...acts];
  }, [filter, found, may, navigate, onHelp, setScheme, signOut]);
}

/** Models, people and services whose names match, for whoever may see them. */
function useFound(filter: string) {
  const may = useMay();
  const search = filter.trim();
  const wanted = search.length >= MIN_SEARCH_CHARACTERS;
  const people = useApiWhen(wanted && may('people.read'), 'people.list', { query: { search, limit: 6 } });
  const services = useApiWhen(wanted && may('services.read'), 'services.list', { query: { search, limit: 6 } });
  const models = useApiWhen(wanted, 'models.list', { query: { search, limit: 6 } });
  const modelItems = models.data?.items;
  const peopleItems = people.data?.items;
  const serviceItems = services.data?.items;
  return useMemo(
    () => ({ models: modelItems ?? [], people: peopleItems ?? [], services: serviceItems ?? [] }),
    [modelItems, peopleItems, serviceItems],
  );
}
