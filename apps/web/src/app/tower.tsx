import '@mantine/core/styles.css';
import '@mantine/notifications/styles.css';
import '../ui/tokens.css';
import '../ui/tower/tower.css';
import '../ui/tower/waves.css';
import { type CSSVariablesResolver, createTheme, MantineProvider, Tooltip } from '@mantine/core';
import { Notifications } from '@mantine/notifications';
import { QueryClient, QueryClientProvider } from '@tanstack/react-query';
import { RouterProvider } from '@tanstack/react-router';
import { StrictMode } from 'react';
import { createRoot } from 'react-dom/client';
import { ApiError, whenSessionEnds } from '../api/client.js';
import { startTexts } from '../lib/i18n.js';
import { forgetPerson } from '../lib/session.js';
import { towerTexts } from './texts/tower-texts.js';
import { towerRouter } from './tower-routes.js';

const theme = createTheme({
  primaryColor: 'teal',
  primaryShade: 9,
  autoContrast: true,
  luminanceThreshold: 0.35,
  defaultRadius: 'md',
  fontFamily:
    "system-ui, -apple-system, 'Segoe UI', Roboto, 'Noto Sans', 'Noto Sans SC', 'Noto Sans CJK SC', sans-serif",
  fontFamilyMonospace: "ui-monospace, 'SF Mono', 'Roboto Mono', 'DejaVu Sans Mono', monospace",
  cursorType: 'pointer',
  // One line of a long hint is wider than a handheld.
  components: { Tooltip: Tooltip.extend({ defaultProps: { multiline: true, maw: 320 } }) },
});

/** Mantine's own soft texts and badges are below 4.5:1 on white; these are above it, also at 11 px. */
const readable: CSSVariablesResolver = () => ({
  variables: {},
  light: {
    '--mantine-color-dimmed': '#46566b',
    '--mantine-color-placeholder': '#56657a',
    '--mantine-color-anchor': '#075648',
    '--mantine-color-error': '#a3121a',
    '--mantine-color-teal-light-color': '#05493d',
    '--mantine-color-blue-light-color': '#0b3f78',
    '--mantine-color-cyan-light-color': '#084655',
    '--mantine-color-indigo-light-color': '#27348b',
    '--mantine-color-grape-light-color': '#6a1f80',
    '--mantine-color-orange-light-color': '#7a2f00',
    '--mantine-color-red-light-color': '#8f0d14',
    '--mantine-color-gray-light-color': '#343a40',
  },
  dark: { '--mantine-color-dimmed': '#b3bcc8', '--mantine-color-placeholder': '#a3acb8' },
});

const queries = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2_000,
      retry: (failures, error) => error instanceof ApiError && error.isTransient && failures < 3,
    },
  },
});

// Whoever's session ran out signs in and comes back to where they were.
whenSessionEnds(() => {
  forgetPerson();
  const { href, pathname } = towerRouter.state.location;
  if (pathname !== '/sign-in' && pathname !== '/setup')
    void towerRouter.navigate({ to: '/sign-in', search: { to: href } });
});

await startTexts(towerTexts);
createRoot(document.getElementById('root')!).render(
  <StrictMode>
    <MantineProvider theme={theme} cssVariablesResolver={readable} defaultColorScheme="auto">
      <QueryClientProvider client={queries}>
        <Notifications position="bottom-right" />
        <RouterProvider router={towerRouter} />
      </QueryClientProvider>
    </MantineProvider>
  </StrictMode>,
);
