// Runs before the first paint, so that a reader of the dark theme is not shown a flash of the light one.
(() => {
  let chosen = 'auto';
  try {
    chosen = localStorage.getItem('vouchsafe.colour-scheme') ?? 'auto';
  } catch {
    // Storage is blocked: follow the system.
  }
  const dark = chosen === 'dark' || (chosen === 'auto' && matchMedia('(prefers-color-scheme: dark)').matches);
  document.documentElement.setAttribute('data-mantine-color-scheme', dark ? 'dark' : 'light');
})();
