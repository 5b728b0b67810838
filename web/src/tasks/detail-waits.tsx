import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Link } from '@tanstack/react-router'
import { useDeferredValue, useId, useState, type MouseEvent } from 'react'
import { api, data, type Task } from '../api/client'
import { waitsForQuery } from '../api/dependencies'
import { explain } from '../api/errors'
import { openStatuses } from '../api/queries'
import { inputClass } from '../ui/field'
import { besideRow } from '../ui/focus'
import { Icon } from '../ui/icon'
import { Row, type FieldProps } from './detail-fields'

/** What has to be done before: chosen by the words of its title. */
export function WaitsFor({ task, editing: { save, wrong } }: FieldProps) {
  const id = useId()
  // Those that stay are there while one comes or goes.
  const { data: known, error } = useQuery({ ...waitsForQuery(task), placeholderData: keepPreviousData })
  const before = known?.filter((other) => task.blocked_by.includes(other.id)) ?? []
  const without = (gone: string) => (e: MouseEvent<HTMLButtonElement>) => {
    const row = e.currentTarget.closest('li')
    // Who came by keyboard goes on from the next, or from the field.
    if (row && e.detail === 0) (besideRow(row) ?? document.getElementById(id))?.focus()
    void save(task, { blocked_by: task.blocked_by.filter((b) => b !== gone) })
  }
  return (
    <Row label="Waits for" htmlFor={id} error={wrong('blocked_by')}>
      {task.blocked_by.length > 0 && (
        <ul aria-label="Waits for" className="mb-1.5 pt-1">
          {before.map(({ id, title, status }) => (
            <li key={id} className="flex items-center gap-1">
              <Link
                to="/tasks/$id"
                params={{ id }}
                search
                dir="auto"
                className={`flex min-h-11 min-w-0 flex-1 items-center text-[14px] hover:underline fine:min-h-8 ${openStatuses.includes(status) ? '' : 'text-ink-3 line-through'}`}
              >
                <span className="truncate">{title}</span>
              </Link>
              <button
                type="button"
                aria-label={`Wait no longer for ${title}`}
                onClick={without(id)}
                className="grid size-11 flex-none place-items-center rounded-full text-ink-3 hover:text-ink fine:size-8"
              >
                <Icon name="close" className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <p role="alert" className="mb-1.5 pt-2.5 text-[13px] text-danger empty:hidden">
        {error && !known && task.blocked_by.length > 0 && explain(error)}
      </p>
      <TaskSearch
        id={id}
        task={task}
        invalid={wrong('blocked_by') !== undefined}
        onPick={(other) => void save(task, { blocked_by: [...task.blocked_by, other.id] })}
      />
    </Row>
  )
}

/** A field that finds another task by its words. */
function TaskSearch({
  id,
  task,
  invalid,
  onPick,
}: {
  id: string
  task: Task
  invalid: boolean
  onPick: (other: Task) => void
}) {
  const list = useId()
  const [text, setText] = useState('')
  const [at, setAt] = useState(0)
  const wanted = useDeferredValue(text.trim())
  const { data: found } = useQuery({
    queryKey: ['found', wanted, 'open'],
    queryFn: ({ signal }) =>
      data(api.GET('/api/tasks', { signal, params: { query: { q: wanted, limit: 8, status: openStatuses } } })),
    enabled: wanted !== '',
  })
  const others =
    wanted === '' || wanted !== text.trim()
      ? []
      : (found?.tasks.filter((t) => t.id !== task.id && !task.blocked_by.includes(t.id)) ?? [])
  const chosen = Math.min(at, others.length - 1)
  const pick = (other: Task) => {
    setText('')
    onPick(other)
  }
  return (
    <div className="relative">
      <input
        id={id}
        role="combobox"
        aria-expanded={others.length > 0}
        aria-controls={others.length > 0 ? list : undefined}
        aria-activedescendant={others[chosen] ? `${list}-${chosen}` : undefined}
        aria-invalid={invalid ? true : undefined}
        autoComplete="off"
        dir="auto"
        placeholder={task.blocked_by.length > 0 ? 'One more' : 'Find a task'}
        value={text}
        onChange={(e) => {
          setText(e.target.value)
          setAt(0)
        }}
        onKeyDown={(e) => {
          if (e.nativeEvent.isComposing) return
          const step = { ArrowDown: 1, ArrowUp: -1 }[e.key]
          if (step && others.length > 0) setAt((chosen + step + others.length) % others.length)
          else if (e.key === 'Enter' && others[chosen]) pick(others[chosen])
          else if (e.key === 'Escape' && text !== '') setText('')
          else return
          e.preventDefault()
        }}
        onBlur={() => setText('')}
        className={inputClass}
      />
      {/* While nothing is found there is no list: what is open over the page has the keyboard. */}
      {others.length > 0 && (
        <div
          id={list}
          role="listbox"
          aria-label="Found"
          className="absolute inset-x-0 top-full z-10 mt-1 rounded-card border border-line bg-surface p-1.5 shadow-card"
        >
          {others.map((other, i) => (
            // The keys are the input's, which says what is chosen.
            // eslint-disable-next-line jsx-a11y/click-events-have-key-events
            <div
              key={other.id}
              id={`${list}-${i}`}
              role="option"
              aria-selected={i === chosen}
              tabIndex={-1}
              onMouseDown={(e) => e.preventDefault()} // the field keeps the focus
              onMouseMove={() => setAt(i)}
              onClick={() => pick(other)}
              dir="auto"
              className="flex min-h-11 cursor-pointer items-center rounded-lg px-3 text-[14px] fine:min-h-9 aria-selected:bg-accent-soft"
            >
              <span className="truncate">{other.title}</span>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
