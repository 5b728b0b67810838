import { useId, useState } from 'react'
import { Icon } from '../ui/icon'
import { inputClass } from '../ui/field'
import { Row, type FieldProps } from './detail-fields'

/** Tags as chips; typing adds one, Backspace in an empty field takes the last away. */
export function TagsField({ task, editing: { save, wrong } }: FieldProps) {
  const id = useId()
  const [text, setText] = useState('')
  const add = async () => {
    const tags = text
      .split(',')
      .map((tag) => tag.trim())
      .filter((tag) => tag && !task.tags.includes(tag))
    if (tags.length > 0 && !(await save(task, { tags: [...task.tags, ...tags] }))) return
    setText('')
  }
  const without = (tag: string) => void save(task, { tags: task.tags.filter((t) => t !== tag) })
  return (
    <Row label="Tags" htmlFor={id} error={wrong('tags')}>
      {task.tags.length > 0 && (
        <ul className="mb-1.5 flex flex-wrap gap-1 pt-1">
          {task.tags.map((tag) => (
            <li
              key={tag}
              className="inline-flex max-w-full items-center rounded-full bg-accent-soft pl-3 text-[13.5px] text-ink-2"
            >
              <span dir="auto" className="truncate">
                {tag}
              </span>
              <button
                type="button"
                aria-label={`Take away the tag ${tag}`}
                onClick={() => without(tag)}
                className="grid size-11 flex-none place-items-center rounded-full hover:text-ink fine:size-8"
              >
                <Icon name="close" className="size-3" />
              </button>
            </li>
          ))}
        </ul>
      )}
      <input
        id={id}
        dir="auto"
        autoComplete="off"
        placeholder={task.tags.length > 0 ? 'One more' : 'Add a tag'}
        aria-invalid={wrong('tags') ? true : undefined}
        value={text}
        onChange={(e) => setText(e.target.value)}
        onBlur={() => void add()}
        onKeyDown={(e) => {
          const last = task.tags.at(-1)
          if (e.key === 'Enter' || e.key === ',') {
            e.preventDefault()
            void add()
          } else if (e.key === 'Backspace' && text === '' && last) without(last)
        }}
        className={inputClass}
      />
    </Row>
  )
}
