import type { components } from '../api/schema'

/** What a program put into the address of the page it sent somebody to. */
export type Asked = components['schemas']['AuthorizationBody']

const names = [
  'client_id',
  'redirect_uri',
  'response_type',
  'scope',
  'state',
  'code_challenge',
  'code_challenge_method',
  'resource',
] as const

/**
 * Reads it as it was written: no text that looks like a number becomes one. What is there twice is not
 * chosen from (RFC 6749, 3.1); then this is what it is called. What is empty is not there.
 */
export function readAsked(search: string): Asked | { twice: string } {
  const parameters = new URLSearchParams(search)
  const asked: Asked = { client_id: '', redirect_uri: '' }
  for (const name of names) {
    const [value, ...more] = parameters.getAll(name)
    if (more.length > 0) return { twice: name }
    if (value) asked[name] = value
  }
  return asked
}

/** Schemes that a browser does something with by itself, instead of handing the address to a program. */
const ours = /^(?:javascript|data|blob|file|filesystem|about|vbscript|view-source|chrome|ws|wss|ftp):$/

const onThisComputer = ['127.0.0.1', '[::1]', 'localhost']

/**
 * Reports whether an answer may be followed: it goes where the program asked for, which is a site, a
 * program on this computer, or a scheme of its own. The server sees to that; this sees it once more.
 */
export function mayFollow(to: string, asked: Asked): boolean {
  if (!to.startsWith(asked.redirect_uri) || !/^[?&]/.test(to.slice(asked.redirect_uri.length))) return false
  const url = URL.canParse(to) ? new URL(to) : null
  if (!url || url.username || url.password) return false
  if (url.protocol === 'http:') return onThisComputer.includes(url.hostname)
  return !ours.test(url.protocol)
}
