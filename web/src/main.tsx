import './no-compiling.ts';
import './theme/styles.css';
import { MantineProvider } from '@mantine/core';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { NoAnswer } from './api/no-answer.ts';
import { router } from './router.tsx';
import { colourSchemes, theme } from './theme/theme.ts';

const MAX_RETRIES = 2;
const STALE_AFTER_MS = 10_000;

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: STALE_AFTER_MS,
      // What the server refused it refuses again; only what never arrived is worth another try.
      retry: (failures, error) => error instanceof NoAnswer && failures < MAX_RETRIES,
    },
  },
});

const root = document.getElementById('console');
if (root === null) throw new Error('index.html has no element for the console');
createRoot(root).render(
  <StrictMode>
    {/* Without these two the library would write <style> elements, which the page's policy refuses: see theme/mantine.css. */}
    <MantineProvider
      theme={theme}
      defaultColorScheme="auto"
      colorSchemeManager={colourSchemes}
      withCssVariables={false}
      withGlobalClasses={false}
    >
      <QueryClientProvider client={queries}>
        <RouterProvider router={router} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
