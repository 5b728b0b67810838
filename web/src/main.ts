import { askEarly } from './api/early'
import { isSignedIn, tokenAsked } from './api/session'
import { applyTheme } from './shell/theme'
import './styles.css'

// What the first screen shows is asked for before the code that shows it is there.
performance.mark('main')
applyTheme()
const wasSignedIn = isSignedIn()
const app = () => void import('./app').then(({ start }) => start(import.meta.url, wasSignedIn))
if (wasSignedIn) {
  askEarly(
    location.pathname === '/'
      ? ['/api/tasks/best', '/api/tasks/ranked?limit=6', '/api/preferences']
      : ['/api/preferences'],
  )
  // The server works while the app is read, which takes the whole page's time; another tab may be asking for us.
  void Promise.race([tokenAsked, new Promise((go) => setTimeout(go, 50))]).then(app)
} else app()
