import { createTheme, type MantineColorSchemeManager, type VariantColorsResolver } from '@mantine/core';

/** Every variant the console uses, in the tokens of theme/tokens.css: no colour is computed at run time. */
const variantColors: VariantColorsResolver = ({ color, variant }) => {
  const danger = color === 'danger';
  const ink = danger ? 'var(--critical)' : 'var(--ink)';
  if (variant === 'filled') {
    return {
      background: danger ? 'var(--critical)' : 'var(--seal)',
      hover: danger ? 'var(--critical)' : 'var(--seal-strong)',
      color: danger ? 'var(--sheet)' : 'var(--on-seal)',
      border: '1px solid transparent',
    };
  }
  if (variant === 'default') {
    return { background: 'var(--sheet)', hover: 'var(--sunk)', color: ink, border: '1px solid var(--rule-strong)' };
  }
  return { background: 'transparent', hover: 'var(--sunk)', color: ink, border: '1px solid transparent' };
};

// The library's modal locks scrolling through a <style> element, which the page's policy refuses; see base.css.
const NO_SCROLL_LOCK = { lockScroll: false };

// The close button is only a cross, and the head of a dialog is no banner of the page.
const MODAL_NAMES = {
  closeButtonProps: { 'aria-label': 'Close' },
  attributes: { header: { role: 'presentation' } },
};

export const theme = createTheme({
  primaryColor: 'seal',
  colors: { seal: Array.from({ length: 10 }, () => '#0b5b48') as unknown as readonly [string, ...string[]] as never },
  defaultRadius: 'sm',
  cursorType: 'pointer',
  respectReducedMotion: true,
  variantColorResolver: variantColors,
  components: {
    Modal: {
      defaultProps: {
        ...NO_SCROLL_LOCK,
        centered: true,
        overlayProps: { backgroundOpacity: 0 },
        padding: 0,
        ...MODAL_NAMES,
      },
    },
    Button: { defaultProps: { size: 'sm' } },
    Tooltip: { defaultProps: { openDelay: 250, events: { hover: true, focus: true, touch: false } } },
    ActionIcon: { defaultProps: { variant: 'subtle', size: 'md' } },
  },
});

const COLOUR_SCHEME_KEY = 'vouchsafe.colour-scheme';
type Scheme = 'light' | 'dark' | 'auto';

/** Keeps the choice under the name that public/colour-scheme.js reads before the first paint. */
export const colourSchemes: MantineColorSchemeManager = {
  get: (fallback) => parseScheme(localStorage.getItem(COLOUR_SCHEME_KEY)) ?? fallback,
  set: (value) => localStorage.setItem(COLOUR_SCHEME_KEY, value),
  subscribe: () => undefined,
  unsubscribe: () => undefined,
  clear: () => localStorage.removeItem(COLOUR_SCHEME_KEY),
};

function parseScheme(value: string | null): Scheme | null {
  return value === 'light' || value === 'dark' || value === 'auto' ? value : null;
}
