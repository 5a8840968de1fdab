import {
  ActionIcon,
  AppShell,
  Burger,
  Group,
  Menu,
  NavLink,
  Text,
  Tooltip,
  useComputedColorScheme,
  useMantineColorScheme,
} from '@mantine/core';
import { useDisclosure } from '@mantine/hooks';
import {
  IconAlertTriangle,
  IconArrowsSplit2,
  IconBox,
  IconBroadcast,
  IconLayoutDashboard,
  IconMoon,
  IconPackages,
  IconRoute,
  IconSun,
  IconTruckDelivery,
  IconUser,
  IconUsers,
  IconWaveSine,
} from '@tabler/icons-react';
import { useQueryClient } from '@tanstack/react-query';
import { Link, Outlet, useNavigate, useRouteContext, useRouterState } from '@tanstack/react-router';
import { useEffect } from 'react';
import { useReturn } from '../api/live.js';
import { changeLanguage, LANGUAGES, text, useTranslation } from '../lib/i18n.js';
import { signOut } from '../lib/session.js';
import { DataAge } from '../ui/tower/data-age.js';

const PAGES = [
  { to: '/', label: text('Board'), icon: IconLayoutDashboard },
  { to: '/waves', label: text('Waves'), icon: IconWaveSine },
  { to: '/orders', label: text('Orders'), icon: IconPackages },
  { to: '/story', label: text('Find a parcel'), icon: IconRoute },
  { to: '/sorter', label: text('Sorter'), icon: IconArrowsSplit2 },
  { to: '/exceptions', label: text('Exceptions'), icon: IconAlertTriangle },
  { to: '/shipping', label: text('Shipping'), icon: IconTruckDelivery },
  { to: '/stock', label: text('Stock'), icon: IconBox },
  { to: '/devices', label: text('Devices'), icon: IconBroadcast },
  { to: '/people', label: text('People'), icon: IconUsers },
] as const;

/** The frame of tower and console. `?tv` shows the page alone, for a screen on the wall. */
export function TowerShell() {
  const client = useQueryClient();
  useReturn('tower', () => void client.invalidateQueries());
  const isTv = useRouterState({ select: ({ location }) => 'tv' in location.search });
  return isTv ? <OnTheWall /> : <WithPages />;
}

/** Everything larger: it is read from three metres. */
function OnTheWall() {
  const { me } = useRouteContext({ from: '/inside' });
  useEffect(() => {
    const { style } = document.documentElement;
    style.fontSize = 'max(16px, 1.1vw)';
    return () => {
      style.fontSize = '';
    };
  }, []);
  return (
    <main className="wall">
      <Group justify="space-between" mb={6}>
        <Text fw={700}>{me.site.name}</Text>
        <DataAge />
      </Group>
      <Outlet />
    </main>
  );
}

/** Where one is, how fresh the data is, who is signed in. */
function WithPages() {
  const { t } = useTranslation();
  const [open, { toggle, close }] = useDisclosure(false);
  const path = useRouterState({ select: (state) => state.location.pathname });
  const { me } = useRouteContext({ from: '/inside' });
  return (
    <AppShell
      header={{ height: 56 }}
      navbar={{ width: 212, breakpoint: 'md', collapsed: { mobile: !open } }}
      padding={{ base: 'xs', sm: 'md' }}
    >
      <SkipLink />
      <AppShell.Header className="tower-header">
        <Group h="100%" px={{ base: 'xs', sm: 'md' }} gap="sm" wrap="nowrap">
          <Burger
            opened={open}
            onClick={toggle}
            hiddenFrom="md"
            size="sm"
            color="white"
            aria-label={t('Pages')}
          />
          <img src="/favicon.svg" alt="" width={28} height={28} style={{ flex: 'none' }} />
          <Text fw={700} c="white" visibleFrom="xs">
            Wavehouse
          </Text>
          <Text c="#cfe0f2" size="sm" truncate style={{ minWidth: 0 }}>
            {me.site.name}
          </Text>
          <Group ml="auto" gap={4} wrap="nowrap" style={{ flex: 'none' }}>
            <DataAge />
            <SchemeToggle />
            <PersonMenu name={me.name} />
          </Group>
        </Group>
      </AppShell.Header>
      <AppShell.Navbar p="xs" data-shut={!open || undefined} className="navbar">
        <nav aria-label={t('Pages')}>
          {PAGES.map((page) => (
            <NavLink
              key={page.to}
              component={Link}
              to={page.to}
              onClick={close}
              label={t(page.label)}
              leftSection={<page.icon size={20} stroke={1.8} aria-hidden />}
              active={page.to === '/' ? path === '/' : path.startsWith(page.to)}
            />
          ))}
        </nav>
      </AppShell.Navbar>
      <AppShell.Main id={MAIN} tabIndex={-1}>
        <Outlet />
      </AppShell.Main>
    </AppShell>
  );
}

const MAIN = 'main';

/** The first stop of the keyboard: past the frame, to what the page is about. */
function SkipLink() {
  const { t } = useTranslation();
  return (
    <a
      className="skip-link"
      href={`#${MAIN}`}
      onClick={(event) => {
        event.preventDefault();
        document.getElementById(MAIN)?.focus();
      }}
    >
      {t('To the page')}
    </a>
  );
}

function SchemeToggle() {
  const { t } = useTranslation();
  const { setColorScheme } = useMantineColorScheme();
  const scheme = useComputedColorScheme('light');
  const next = scheme === 'dark' ? 'light' : 'dark';
  const label = next === 'dark' ? t('Dark colours') : t('Light colours');
  return (
    <Tooltip label={label}>
      <ActionIcon
        variant="subtle"
        color="gray.0"
        size="lg"
        aria-label={label}
        onClick={() => setColorScheme(next)}
      >
        {next === 'dark' ? <IconMoon size={20} /> : <IconSun size={20} />}
      </ActionIcon>
    </Tooltip>
  );
}

function PersonMenu({ name }: { name: string }) {
  const { t, language } = useTranslation();
  const navigate = useNavigate();
  return (
    <Menu position="bottom-end" withinPortal>
      <Menu.Target>
        <ActionIcon variant="subtle" color="gray.0" size="lg" aria-label={t('Your account')}>
          <IconUser size={20} />
        </ActionIcon>
      </Menu.Target>
      <Menu.Dropdown>
        <Menu.Label>{name}</Menu.Label>
        {Object.entries(LANGUAGES).map(([code, title]) => (
          <Menu.Item key={code} onClick={() => changeLanguage(code)} fw={language === code ? 700 : 400}>
            {title}
          </Menu.Item>
        ))}
        <Menu.Divider />
        <Menu.Item
          onClick={() => {
            void signOut().finally(() => navigate({ to: '/sign-in', search: {} }));
          }}
        >
          {t('Sign out')}
        </Menu.Item>
      </Menu.Dropdown>
    </Menu>
  );
}
