import { ActionIcon, Menu, UnstyledButton } from '@mantine/core';
import { Link, Outlet, useLocation } from '@tanstack/react-router';
import { Bell, ChevronsUpDown, Menu as MenuIcon, Search, X } from 'lucide-react';
import { useEffect, useRef, useState } from 'react';
import { useApi, useMay, useMe } from '../api/hooks.ts';
import { useLiveEvents } from '../api/live.ts';
import { Announcer } from '../ui/announcer.tsx';
import { Seal } from '../ui/seal.tsx';
import { LedgerSeal } from './ledger-seal.tsx';
import { type Place, visibleSections } from './navigation.ts';
import { Palette } from './palette.tsx';
import styles from './shell.module.css';
import { ShortcutHelp } from './shortcut-help.tsx';
import { useShortcuts } from './shortcuts.ts';
import { StepUpDialog } from './step-up-dialog.tsx';
import { useSignOut } from './use-sign-out.ts';

/** Beside a place of the rail; more says no more. */
const MOST_SHOWN = 99;

/** Rail, bar, and the page between them. */
export function Shell() {
  const [railOpen, setRailOpen] = useState(false);
  const [paletteOpen, setPaletteOpen] = useState(false);
  const [helpOpen, setHelpOpen] = useState(false);
  const main = useRef<HTMLElement>(null);
  const { pathname } = useLocation();
  useLiveEvents();
  useShortcuts({ palette: () => setPaletteOpen(true), help: () => setHelpOpen(true) });
  useNewPage(pathname, main, () => setRailOpen(false));

  return (
    <div className={styles.shell}>
      <a href="#page" className={styles.skip} onClick={() => main.current?.focus()}>
        Skip to the page
      </a>
      <header className={styles.bar}>
        <Brand />
        <NoticeBell />
        <ActionIcon aria-label="Search and commands" onClick={() => setPaletteOpen(true)}>
          <Search size={18} />
        </ActionIcon>
        <ActionIcon
          aria-label={railOpen ? 'Close the menu' : 'Open the menu'}
          aria-expanded={railOpen}
          aria-controls="rail"
          onClick={() => setRailOpen(!railOpen)}
        >
          {railOpen ? <X size={18} /> : <MenuIcon size={18} />}
        </ActionIcon>
      </header>
      <aside id="rail" aria-label="Console" className={styles.rail} data-open={railOpen || undefined}>
        <div className={styles.railBrand}>
          <Brand />
        </div>
        <UnstyledButton className={styles.find} onClick={() => setPaletteOpen(true)}>
          <Search size={14} aria-hidden="true" />
          <span>Find or do…</span>
          <kbd>Ctrl K</kbd>
        </UnstyledButton>
        <Rail pathname={pathname} />
        <div className={styles.railFoot}>
          <LedgerSeal />
          <Account onHelp={() => setHelpOpen(true)} />
        </div>
      </aside>
      <main id="page" ref={main} tabIndex={-1} className={styles.page}>
        <Outlet />
      </main>
      <Palette opened={paletteOpen} onClose={() => setPaletteOpen(false)} onHelp={() => setHelpOpen(true)} />
      <ShortcutHelp opened={helpOpen} onClose={() => setHelpOpen(false)} />
      <StepUpDialog />
      <Announcer />
    </div>
  );
}

/** A new page begins at its top, with the menu closed and the keyboard in it. */
function useNewPage(pathname: string, main: React.RefObject<HTMLElement | null>, closeRail: () => void): void {
  const before = useRef(pathname);
  useEffect(() => {
    if (before.current === pathname) return;
    before.current = pathname;
    closeRail();
    window.scrollTo(0, 0);
    main.current?.focus({ preventScroll: true });
  }, [pathname, main, closeRail]);
}

function Brand() {
  return (
    <Link to="/" className={styles.brand} aria-label="Vouchsafe, to the overview">
      <Seal size={26} />
      <span>Vouchsafe</span>
    </Link>
  );
}

/** On a phone the rail is closed: what is new shows beside its button. */
function NoticeBell() {
  const { data: summary } = useApi('registry.summary');
  const unseen = summary?.unseenNotices ?? 0;
  if (unseen === 0) return null;
  return (
    <Link to="/notices" className={styles.bell}>
      <Bell size={18} aria-hidden="true" />
      <span className={styles.waiting}>{unseen > MOST_SHOWN ? `${MOST_SHOWN}+` : unseen}</span>
      <span className="visually-hidden">new notices</span>
    </Link>
  );
}

function Rail({ pathname }: { readonly pathname: string }) {
  const may = useMay();
  const { data: summary } = useApi('registry.summary');
  return (
    <nav className={styles.nav} aria-label="Main">
      {visibleSections(may).map(({ title, places }) => (
        <div key={title ?? 'top'} className={styles.section}>
          {title !== null && <p className={styles.sectionTitle}>{title}</p>}
          <ul>
            {places.map((place) => (
              <li key={place.to}>
                <PlaceLink
                  place={place}
                  current={isCurrent(place.to, pathname)}
                  waiting={place.counts === undefined ? 0 : (summary?.[place.counts] ?? 0)}
                />
              </li>
            ))}
          </ul>
        </div>
      ))}
    </nav>
  );
}

interface PlaceLinkProps {
  readonly place: Place;
  readonly current: boolean;
  /** How much of it waits for the reader. */
  readonly waiting: number;
}

function PlaceLink({ place, current, waiting }: PlaceLinkProps) {
  const { to, label, icon: Icon, outside } = place;
  const inside = (
    <>
      <Icon size={16} strokeWidth={1.75} aria-hidden="true" />
      <span>{label}</span>
      {waiting > 0 && (
        <span className={styles.waiting}>
          {waiting > MOST_SHOWN ? `${MOST_SHOWN}+` : waiting}
          <span className="visually-hidden"> waiting</span>
        </span>
      )}
    </>
  );
  if (outside) {
    return (
      <a href={to} className={styles.place}>
        {inside}
      </a>
    );
  }
  return (
    <Link to={to} className={styles.place} aria-current={current ? 'page' : undefined}>
      {inside}
    </Link>
  );
}

function isCurrent(to: string, pathname: string): boolean {
  return to === '/' ? pathname === '/' : pathname === to || pathname.startsWith(`${to}/`);
}

function Account({ onHelp }: { readonly onHelp: () => void }) {
  const { data: me } = useMe();
  const signOut = useSignOut();
  const role = me?.grants[0]?.role;
  return (
    <Menu position="top-start" width={212} shadow="md">
      <Menu.Target>
        <UnstyledButton className={styles.account}>
          <span className={styles.who}>
            <strong>{me?.principal.name ?? '…'}</strong>
            <span>{role === undefined ? 'no role' : role}</span>
          </span>
          <ChevronsUpDown size={14} aria-hidden="true" />
        </UnstyledButton>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Item renderRoot={(props) => <Link to="/account" {...props} />}>My account</Menu.Item>
        <Menu.Item onClick={onHelp} rightSection={<kbd>?</kbd>}>
          Keyboard shortcuts
        </Menu.Item>
        <Menu.Divider />
        <Menu.Item onClick={() => void signOut()}>Sign out</Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
