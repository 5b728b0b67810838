import type { Program } from './queries'

/** How much of what a program says about itself is known. */
export function knownWords({ kind, on_this_computer: here }: Program): string {
  switch (kind) {
    case 'known':
      return 'The answer goes to an address that is known to be its maker’s.'
    case 'document':
      return 'Whoever owns this address says what it is called, and where the answer goes.'
    default:
      return here
        ? 'It gave itself this name; anybody can. Allow it only if you have just begun this in an app of yours.'
        : 'It gave itself this name; anybody can. Go by where the answer goes.'
  }
}

/** Where the answer goes, for the end of a sentence. */
export const placeWords = ({ on_this_computer: here, redirect_host: host }: Program): string =>
  here ? 'the app on this computer' : host
