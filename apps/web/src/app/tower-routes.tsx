import {
  createRootRoute,
  createRoute,
  createRouter,
  lazyRouteComponent,
  redirect,
} from '@tanstack/react-router';
import { knownPerson } from '../lib/session.js';
import { setSiteZone } from '../ui/tower/format.js';
import { TowerShell } from './tower-shell.js';

const root = createRootRoute();

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: (search: Record<string, unknown>): { to?: string } =>
    typeof search.to === 'string' && search.to.startsWith('/') && !search.to.startsWith('//')
      ? { to: search.to }
      : {},
  component: lazyRouteComponent(() => import('../features/sign-in/office-sign-in.js'), 'OfficeSignIn'),
});

const setup = createRoute({
  getParentRoute: () => root,
  path: '/setup',
  validateSearch: (search: Record<string, unknown>): { token?: string } =>
    typeof search.token === 'string' ? { token: search.token } : {},
  component: lazyRouteComponent(() => import('../features/setup/setup-page.js'), 'SetupPage'),
});

/** Everything behind the sign-in. The person is asked for once a page life and kept in the route's context. */
const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: async ({ location }) => {
    const me = await knownPerson();
    if (me?.face !== 'office') throw redirect({ to: '/sign-in', search: { to: location.href } });
    setSiteZone(me.site.timezone);
    return { me };
  },
  component: TowerShell,
});

const page = <const P extends string>(path: P, load: () => Promise<Record<string, unknown>>, name: string) =>
  createRoute({
    getParentRoute: () => inside,
    path,
    component: lazyRouteComponent(load as never, name as never),
  });

const routes = [
  page('/', () => import('../features/board/board-page.js'), 'BoardPage'),
  page('/waves', () => import('../features/waves/waves-page.js'), 'WavesPage'),
  page('/waves/templates', () => import('../features/templates/templates-page.js'), 'TemplatesPage'),
  page(
    '/waves/templates/$templateId',
    () => import('../features/templates/template-page.js'),
    'TemplatePage',
  ),
  page('/waves/channels', () => import('../features/channels/channels-page.js'), 'ChannelsPage'),
  page('/waves/channels/$channelId', () => import('../features/channels/channel-page.js'), 'ChannelPage'),
  page('/waves/schedules', () => import('../features/schedules/schedules-page.js'), 'SchedulesPage'),
  page(
    '/waves/schedules/$scheduleId',
    () => import('../features/schedules/schedule-page.js'),
    'SchedulePage',
  ),
  page('/waves/waiting', () => import('../features/waiting/waiting-page.js'), 'WaitingPage'),
  page('/waves/$waveId', () => import('../features/waves/wave-page.js'), 'WavePage'),
  page('/orders', () => import('../features/orders/orders-page.js'), 'OrdersPage'),
  page('/orders/$orderId', () => import('../features/orders/order-page.js'), 'OrderPage'),
  page('/story', () => import('../features/story/story-page.js'), 'StoryPage'),
  page('/sorter', () => import('../features/flow/sorter-page.js'), 'SorterPage'),
  page('/sorter/lanes', () => import('../features/flow/lane-plan-page.js'), 'LanePlanPage'),
  page('/exceptions', () => import('../features/exceptions/exceptions-page.js'), 'ExceptionsPage'),
  page('/shipping', () => import('../features/shipping/shipping-page.js'), 'ShippingPage'),
  page('/stock', () => import('../features/stock/stock-page.js'), 'StockPage'),
  page('/stock/slotting', () => import('../features/stock/slotting-page.js'), 'SlottingPage'),
  page('/devices', () => import('../features/devices/devices-page.js'), 'DevicesPage'),
  page('/people', () => import('../features/people/people-page.js'), 'PeoplePage'),
  // Any other address: said in the frame, with ways that lead on.
  page('/$', () => import('../ui/tower/not-found.js'), 'NotFound'),
];

export const towerRouter = createRouter({
  routeTree: root.addChildren([signIn, setup, inside.addChildren(routes)]),
  defaultPreload: 'intent',
});

declare module '@tanstack/react-router' {
  interface Register {
    router: typeof towerRouter;
  }
}
