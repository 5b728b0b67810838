import type { Program } from './queries'

/** How much of what a program says about itself is known. */
export function knownWords({ kind, on_this_computer: here }: Program): string {
  switch (kind) {
    case 'known':
      return 'An address that is known to be its maker’s.'
    case 'document':
      return 'What it is called, and where the answer goes, is said at this address by whoever owns it.'
    default:
      return here
        ? 'It gave itself its name, and anybody can: allow it only if you have just begun this in an app of yours.'
        : 'It gave itself its name, and anybody can: go by this address.'
  }
}

/** Where the answer goes, for the end of a sentence. */
export const placeWords = ({ on_this_computer: here, redirect_host: host }: Program): string =>
  here ? 'the app on this computer' : host
