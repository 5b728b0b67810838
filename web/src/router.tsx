import type { QueryClient } from '@tanstack/react-query'
import {
  createRootRouteWithContext,
  createRoute,
  createRouter,
  lazyRouteComponent,
  Outlet,
  redirect,
} from '@tanstack/react-router'
import { ownPath } from './account/own-path'
import { isSignedIn } from './api/session'
import { prefetchNow } from './api/queries'
import Now from './now/now'
import { isConsent } from './consent/place'
import { Frame } from './shell/frame'
import { Broken, Column, NotFound } from './shell/pages'
import { useRouteTitle } from './shell/title'
import { readSearch } from './tasks/search'

/** Addresses of the app. Each screen's code comes when it is first gone to; Now is there at once. */
const root = createRootRouteWithContext<{ client: QueryClient }>()({
  component: Root,
  notFoundComponent: NotFound,
  errorComponent: Broken,
})

function Root() {
  useRouteTitle()
  return <Outlet />
}

type Next = { next?: string | undefined; ended?: boolean | undefined }

const entrance = (search: Record<string, unknown>): Next => ({
  next: ownPath(search.next),
  ended: search.ended === true || undefined,
})

const away = ({ search }: { search: Next }) => {
  const { next = '/' } = search
  if (isSignedIn())
    throw redirect(isConsent(next) ? { href: next, reloadDocument: true, replace: true } : { to: next, replace: true })
}

const signIn = createRoute({
  getParentRoute: () => root,
  path: '/sign-in',
  validateSearch: entrance,
  beforeLoad: away,
  staticData: { title: 'Sign in' },
  component: lazyRouteComponent(() => import('./account/sign-in')),
})

const signUp = createRoute({
  getParentRoute: () => root,
  path: '/sign-up',
  validateSearch: entrance,
  beforeLoad: away,
  staticData: { title: 'Open an account' },
  component: lazyRouteComponent(() => import('./account/sign-up')),
})

const forgot = createRoute({
  getParentRoute: () => root,
  path: '/forgot',
  staticData: { title: 'Forgot your password?' },
  component: lazyRouteComponent(() => import('./account/forgot')),
})

const reset = createRoute({
  getParentRoute: () => root,
  path: '/reset',
  staticData: { title: 'Set a new password' },
  component: lazyRouteComponent(() => import('./account/reset')),
})

const confirm = () => lazyRouteComponent(() => import('./account/confirm'))

/** Where links in mails about an address lead. */
const confirmations = [
  createRoute({
    getParentRoute: () => root,
    path: '/verify',
    staticData: { title: 'Confirm the address' },
    component: confirm(),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/confirm-address',
    staticData: { title: 'Confirm the new address' },
    component: confirm(),
  }),
  createRoute({
    getParentRoute: () => root,
    path: '/keep-address',
    staticData: { title: 'Keep the address' },
    component: confirm(),
  }),
] as const

const inside = createRoute({
  getParentRoute: () => root,
  id: 'inside',
  beforeLoad: ({ location }) => {
    if (!isSignedIn())
      throw redirect({ to: '/sign-in', search: location.href === '/' ? {} : { next: location.href }, replace: true })
  },
})

const welcome = createRoute({
  getParentRoute: () => inside,
  path: '/welcome',
  staticData: { title: 'Welcome' },
  component: lazyRouteComponent(() => import('./account/welcome')),
})

const leaving = createRoute({
  getParentRoute: () => inside,
  path: '/leaving',
  validateSearch: ({ next }: Record<string, unknown>): Pick<Next, 'next'> => ({ next: ownPath(next) }),
  staticData: { title: 'Keep your account?' },
  component: lazyRouteComponent(() => import('./account/leaving')),
})

const frame = createRoute({ getParentRoute: () => inside, id: 'frame', component: Frame })

const column = createRoute({ getParentRoute: () => frame, id: 'column', component: Column })

const now = createRoute({
  getParentRoute: () => column,
  path: '/',
  staticData: { title: 'Now' },
  component: Now,
  loader: ({ context: { client } }) => void prefetchNow(client),
})

const ranked = createRoute({
  getParentRoute: () => column,
  path: '/ranked',
  staticData: { title: 'All ranked' },
  component: lazyRouteComponent(() => import('./now/ranked')),
})

const trash = createRoute({
  getParentRoute: () => column,
  path: '/trash',
  staticData: { title: 'Trash' },
  component: lazyRouteComponent(() => import('./trash/trash')),
})

const tasks = createRoute({
  getParentRoute: () => frame,
  path: '/tasks',
  staticData: { title: 'Tasks' },
  validateSearch: readSearch,
  component: lazyRouteComponent(() => import('./tasks/tasks')),
})

const task = createRoute({
  getParentRoute: () => tasks,
  path: '$id',
  staticData: { title: 'Task' },
  component: lazyRouteComponent(() => import('./tasks/detail')),
})

const upcoming = createRoute({
  getParentRoute: () => frame,
  path: '/upcoming',
  staticData: { title: 'Upcoming' },
  component: lazyRouteComponent(() => import('./upcoming/upcoming')),
})

const settings = createRoute({
  getParentRoute: () => column,
  path: '/settings',
  staticData: { title: 'Settings' },
  component: lazyRouteComponent(() => import('./settings/settings')),
})

const settingsPages = [
  createRoute({
    getParentRoute: () => settings,
    path: '/',
    component: lazyRouteComponent(() => import('./settings/general')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'score',
    staticData: { title: 'Score' },
    component: lazyRouteComponent(() => import('./settings/score')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'theme',
    staticData: { title: 'Theme' },
    component: lazyRouteComponent(() => import('./settings/theme')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'templates',
    staticData: { title: 'Templates' },
    component: lazyRouteComponent(() => import('./settings/templates')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'data',
    staticData: { title: 'Import and export' },
    component: lazyRouteComponent(() => import('./settings/data')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'tokens',
    staticData: { title: 'Tokens' },
    component: lazyRouteComponent(() => import('./settings/tokens')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'assistants',
    staticData: { title: 'Assistants' },
    component: lazyRouteComponent(() => import('./settings/assistants')),
  }),
  createRoute({
    getParentRoute: () => settings,
    path: 'account',
    staticData: { title: 'Account' },
    component: lazyRouteComponent(() => import('./settings/account')),
  }),
] as const

export const newRouter = (client: QueryClient) =>
  createRouter({
    routeTree: root.addChildren([
      signIn,
      signUp,
      forgot,
      reset,
      ...confirmations,
      inside.addChildren([
        welcome,
        leaving,
        frame.addChildren([
          column.addChildren([now, ranked, trash, settings.addChildren(settingsPages)]),
          tasks.addChildren([task]),
          upcoming,
        ]),
      ]),
    ]),
    context: { client },
    defaultPreload: 'intent',
    defaultPendingMs: 150,
    scrollRestoration: true,
  })

declare module '@tanstack/react-router' {
  interface Register {
    router: ReturnType<typeof newRouter>
  }
}
