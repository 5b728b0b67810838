import { Link, Outlet, type ErrorComponentProps } from '@tanstack/react-router'
import { Button, buttonClass } from '../ui/button'
import { Heading } from '../ui/heading'
import { columnClass } from './frame-view'
import { useTitle } from './title'

/** The column in the middle of the desk. */
export function Column() {
  return (
    <div className={columnClass}>
      <Outlet />
    </div>
  )
}

export function NotFound() {
  useTitle('Not found')
  return (
    <main className="mx-auto flex min-h-dvh max-w-100 flex-col justify-center px-5">
      <Heading look="entrance">There is nothing here</Heading>
      <p className="mt-3 mb-6 text-ink-2">The address may be mistyped, or what it led to is gone.</p>
      <Link to="/" className={`${buttonClass('primary')} self-start`}>
        To what is to do now
      </Link>
    </main>
  )
}

/** What is shown when a screen broke, or its code could not be fetched. */
export function Broken({ error, reset }: ErrorComponentProps) {
  const stale =
    error instanceof Error && /dynamically imported module|Importing a module script failed/.test(error.message)
  return (
    <main role="alert" className="mx-auto flex min-h-dvh max-w-100 flex-col justify-center px-5">
      <Heading look="entrance">{stale ? 'This page has to be loaded again' : 'Something broke here'}</Heading>
      <p className="mt-3 mb-6 text-ink-2">
        {stale
          ? 'MindFlow was renewed meanwhile, or the server cannot be reached.'
          : 'Your tasks are safe: they are kept by the server.'}
      </p>
      <div className="flex gap-2">
        <Button kind="primary" onClick={() => location.reload()}>
          Reload
        </Button>
        {!stale && <Button onClick={reset}>Try again</Button>}
      </div>
    </main>
  )
}
