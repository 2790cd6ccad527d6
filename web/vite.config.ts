import { fileURLToPath } from 'node:url';
import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** Everything leaves as a hashed file of its own: the page's policy allows neither inline scripts nor inline styles. */
export default defineConfig({
  root: fileURLToPath(new URL('.', import.meta.url)),
  plugins: [react()],
  build: {
    outDir: fileURLToPath(new URL('../dist/console', import.meta.url)),
    emptyOutDir: true,
    // Fonts and images as files: `font-src 'self'` has no `data:`.
    assetsInlineLimit: 0,
    // The preload polyfill is an inline script; every browser that runs es2024 preloads modules by itself.
    modulePreload: { polyfill: false },
    target: 'es2024',
    reportCompressedSize: false,
    chunkSizeWarningLimit: 700,
  },
  server: { proxy: { '/api': process.env['VOUCHSAFE_URL'] ?? 'http://127.0.0.1:4800' } },
});
