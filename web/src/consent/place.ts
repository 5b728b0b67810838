/** Where programs send people to be let in. It is a page of its own, beside the app: it is gone to as a whole. */
export const consentPath = '/oauth/authorize'

/** Reports whether a path of ours is that page, with what it is asked. */
export const isConsent = (path: string): boolean => path.split('?', 1)[0] === consentPath
