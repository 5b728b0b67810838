import { passkeyOptions, signInByPasskey } from '../api/session'

/**
 * What a browser does with passkeys. They are made for a name, over an encrypted connection or
 * on this machine; a bare IP address has none.
 */
export const takesPasskeys = (): boolean =>
  window.isSecureContext &&
  typeof PublicKeyCredential !== 'undefined' &&
  'parseRequestOptionsFromJSON' in PublicKeyCredential &&
  !/^(\d+\.){3}\d+$|:/.test(location.hostname)

/** The person said no, took too long, or another question took its place. */
export const isRefusal = (error: unknown) =>
  error instanceof DOMException && ['NotAllowedError', 'AbortError'].includes(error.name)

/** Asks the device for a passkey and signs in by it. */
export async function enterByPasskey(signal: AbortSignal, mediation?: CredentialMediationRequirement): Promise<void> {
  const publicKey = PublicKeyCredential.parseRequestOptionsFromJSON(await passkeyOptions())
  signal.throwIfAborted()
  const credential = await navigator.credentials.get({ publicKey, signal, ...(mediation ? { mediation } : {}) })
  await signInByPasskey((credential as PublicKeyCredential).toJSON() as object)
}

/** What is asked for is good for five minutes; a page may stand open for longer. */
const renewal = 4 * 60_000

/**
 * Offers passkeys where the e-mail address is typed, for as long as the page stands there.
 * Calls back once one has signed in, or was refused by the server.
 */
export function offerPasskeys(signal: AbortSignal, done: (error?: unknown) => void) {
  const offer = async () => {
    if (!(await PublicKeyCredential.isConditionalMediationAvailable?.())) return
    while (!signal.aborted) {
      const spent = AbortSignal.timeout(renewal)
      try {
        await enterByPasskey(AbortSignal.any([signal, spent]), 'conditional')
        return done()
      } catch (error) {
        if (signal.aborted || !spent.aborted) {
          if (!signal.aborted && !isRefusal(error)) done(error)
          return
        }
      }
    }
  }
  void offer()
}

/** Has the device make a passkey, as the server's options say. */
export async function createPasskey(options: unknown): Promise<object> {
  const publicKey = PublicKeyCredential.parseCreationOptionsFromJSON(options as PublicKeyCredentialCreationOptionsJSON)
  const credential = await navigator.credentials.create({ publicKey })
  return (credential as PublicKeyCredential).toJSON() as object
}
