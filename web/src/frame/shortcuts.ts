import { useNavigate } from '@tanstack/react-router';
import { useEffect, useRef } from 'react';
import { sections } from './navigation.ts';

const SECOND_KEY_WITHIN_MS = 1200;
const LETTERS_OFF_KEY = 'vouchsafe.letter-shortcuts-off';

/** Whether single letters act; people who dictate turn them off (WCAG 2.1.4). */
export function letterShortcutsOn(): boolean {
  return localStorage.getItem(LETTERS_OFF_KEY) === null;
}

export function setLetterShortcuts(on: boolean): void {
  if (on) localStorage.removeItem(LETTERS_OFF_KEY);
  else localStorage.setItem(LETTERS_OFF_KEY, 'yes');
}

interface ShortcutTargets {
  readonly palette: () => void;
  readonly help: () => void;
}

/** Listens to the keys of the whole console. */
export function useShortcuts({ palette, help }: ShortcutTargets): void {
  const navigate = useNavigate();
  const targets = useRef({ palette, help });
  useEffect(() => {
    targets.current = { palette, help };
  });

  useEffect(() => {
    let goPressedAt = Number.NEGATIVE_INFINITY;
    function onKey(event: KeyboardEvent): void {
      if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'k') {
        event.preventDefault();
        targets.current.palette();
        return;
      }
      if (!isBareLetter(event)) return;
      if (event.timeStamp - goPressedAt < SECOND_KEY_WITHIN_MS) {
        goPressedAt = Number.NEGATIVE_INFINITY;
        const place = sections.flatMap(({ places }) => places).find(({ key }) => key === event.key);
        if (place?.outside) window.location.assign(place.to);
        else if (place !== undefined) void navigate({ to: place.to });
        return;
      }
      if (event.key === 'g') goPressedAt = event.timeStamp;
      if (event.key === '?') targets.current.help();
      if (event.key === '/') focusSearch(event);
    }
    window.addEventListener('keydown', onKey);
    return () => window.removeEventListener('keydown', onKey);
  }, [navigate]);
}

function isBareLetter(event: KeyboardEvent): boolean {
  if (event.ctrlKey || event.metaKey || event.altKey || !letterShortcutsOn()) return false;
  const target = event.target as HTMLElement;
  return !target.matches('input, textarea, select, [contenteditable]') && target.closest('[role="dialog"]') === null;
}

function focusSearch(event: KeyboardEvent): void {
  const field = document.querySelector<HTMLElement>('input[data-search-field]');
  if (field === null) return;
  event.preventDefault();
  field.focus();
}
