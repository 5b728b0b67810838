import { askEarly } from './api/early'
import { signedIn, tokenAsked } from './api/session'
import { consentPath } from './consent/place'
import { drawNow, paths } from './first/now'
import { applyTheme } from './shell/theme'
import './styles.css'

// What the first screen shows is asked for before the code that shows it is there.
performance.mark('main')
applyTheme()
const before = signedIn()
const app = () => void import('./app').then(({ start }) => start(import.meta.url, before))
const patience = (ms: number) => new Promise((go) => setTimeout(go, ms))
const frame = () => new Promise((go) => requestAnimationFrame(() => setTimeout(go)))

if (location.pathname === consentPath) void import('./consent/start').then(({ start }) => start())
else if (!before) app()
else if (location.pathname === '/') {
  askEarly(paths)
  // To read the app takes the whole page's time. So what there is to say is said first, if the server is quick.
  const drawn = drawNow(document.getElementById('root')!).then(frame)
  void Promise.race([drawn, patience(500)]).then(app)
} else {
  askEarly(['/api/preferences'])
  // The server works while the app is read; another tab may be asking for us.
  void Promise.race([tokenAsked, patience(50)]).then(app)
}
