import type { Program } from './queries'

/** What a program is called. One that it gave itself stands apart from our words, which it might go on with. */
export const Name = ({ of: { name, kind } }: { of: Program }) =>
  kind === 'known' ? (
    name
  ) : (
    <>
      “<bdi>{name}</bdi>”
    </>
  )
