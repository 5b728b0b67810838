import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { Entrance } from '../account/entrance'
import { explain, Problem, SignedOut, Unreachable } from '../api/errors'
import { meQuery } from '../api/queries'
import { Button, buttonClass } from '../ui/button'
import { Bone, Soon } from '../ui/skeleton'
import { mayFollow, readAsked, type Asked } from './asked'
import { Ask } from './ask'
import { Name } from './name'
import { requestQuery, type Request } from './queries'
import { placeWords } from './words'

/** A program asks to be let in: who it is, and what it wants, for the person to decide. */
export function Consent({ search, follow }: { search: string; follow: (to: string) => void }) {
  const [asked] = useState(() => readAsked(search))
  if ('twice' in asked)
    return (
      <Impossible>
        The address that led here holds <code className="text-[14px]">{asked.twice}</code> twice, so that it does not
        say one thing.
      </Impossible>
    )
  return <Read asked={asked} follow={follow} />
}

function Read({ asked, follow }: { asked: Asked; follow: (to: string) => void }) {
  const { data: request, error, refetch } = useQuery(requestQuery(asked))
  const me = useQuery(meQuery)
  const failure = error ?? (request && !me.data ? me.error : null)
  if (failure instanceof Problem && failure.fields.length > 0) return <Unknown problem={failure} />
  if (failure)
    return (
      <Entrance title="A program asks to use your MindFlow">
        <p role="alert" className="mb-6 text-ink-2">
          {failureWords(failure)}
        </p>
        {failure instanceof SignedOut ? (
          <Button className="self-start" onClick={() => location.reload()}>
            Sign in again
          </Button>
        ) : (
          <Button className="self-start" onClick={() => void (error ? refetch() : me.refetch())}>
            Try again
          </Button>
        )}
      </Entrance>
    )
  if (!request || !me.data) return <Coming />
  if (request.refused)
    return <Refused request={request} to={request.refused.redirect_to} asked={asked} follow={follow} />
  return <Ask asked={asked} request={request} email={me.data.email} follow={follow} />
}

/** What went wrong; a decision whose answer was lost comes to nothing, since what it allows lies in that answer. */
export const failureWords = (error: unknown): string =>
  error instanceof Unreachable
    ? 'The server cannot be reached. Nothing was allowed; try again when it is back.'
    : explain(error)

/** The room it will take. */
function Coming() {
  return (
    <Entrance title={<span className="sr-only">A program asks to use your MindFlow</span>}>
      <Soon>
        <Bone className="mb-7 h-17 w-full" />
        <Bone className="mb-8 h-44 w-full" />
        <Bone className="mb-8 h-32 w-full" />
        <Bone className="h-11 w-full" />
      </Soon>
    </Entrance>
  )
}

/** Nobody is sent anywhere from here: it is not known whose address that would be. */
function Impossible({ children }: { children: ReactNode }) {
  return (
    <Entrance title="This link cannot be used">
      <p className="text-ink-2">{children}</p>
      <p className="mt-3 mb-6 text-ink-2">
        Nothing was allowed, and nothing was sent. Go back to the program, and have it connect anew.
      </p>
      <a href="/" className={`${buttonClass()} self-start`}>
        Go to MindFlow
      </a>
    </Entrance>
  )
}

const about: Record<string, string> = { client_id: 'The program', redirect_uri: 'The address for the answer' }

const Unknown = ({ problem }: { problem: Problem }) => (
  <Impossible>
    {problem.fields.map(({ field, message }) => (
      <span key={field} className="block">
        {about[field] ?? field.replaceAll('_', ' ')} {message}.
      </span>
    ))}
  </Impossible>
)

/** It cannot get what it asks for, and is told so. Anybody may introduce a program, so nobody is sent on unasked. */
function Refused({
  request: { client, refused },
  to,
  asked,
  follow,
}: {
  request: Request
  to: string
  asked: Asked
  follow: (to: string) => void
}) {
  return (
    <Entrance
      title={
        <>
          <Name of={client} /> asks for what it cannot get
        </>
      }
    >
      <p className="text-ink-2">
        What it sent along cannot be answered: <span dir="auto">{refused?.detail}</span>. That is its mistake, not
        yours.
      </p>
      <p className="mt-3 mb-6 text-ink-2">Nothing was allowed. Going back tells it so.</p>
      <div className="flex flex-wrap gap-2">
        {mayFollow(to, asked) && (
          <Button className="max-w-full" onClick={() => follow(to)}>
            <span className="truncate">
              Back to <bdi>{placeWords(client)}</bdi>
            </span>
          </Button>
        )}
        <a href="/" className={buttonClass('ghost')}>
          Go to MindFlow
        </a>
      </div>
    </Entrance>
  )
}
