import { useId } from 'react'
import { importFormats, type ImportFormat } from '../api/files'
import { inputClass } from '../ui/field'
import { sizeWords, type Picked } from './picked'
import { fieldNames, fields, recognised, type FieldName } from './sheet'

export type Options = {
  format: ImportFormat
  /** Whether midnight in the person's zone means a day. */
  inZone: boolean
  columns: Partial<Record<FieldName, string>>
}

const names: Record<ImportFormat, string> = {
  taskwarrior: 'Taskwarrior (task export)',
  todotxt: 'todo.txt',
  todoist: 'Todoist (exported as CSV)',
  csv: 'Any table as CSV',
}

/** What is to be known of a file: its format, its zone, which column is what. */
export function ImportOptions({
  picked,
  options,
  zone,
  disabled,
  onChange,
}: {
  picked: Picked
  options: Options
  zone: string
  disabled: boolean
  onChange: (to: Options) => void
}) {
  const id = useId()
  return (
    <fieldset disabled={disabled} className="rounded-card border border-line bg-surface p-5">
      <legend className="sr-only">What the file is</legend>
      <p className="flex items-baseline gap-3">
        <span dir="auto" className="min-w-0 truncate font-[550]">
          {picked.file.name}
        </span>
        <span className="tnum text-[13px] whitespace-nowrap text-ink-3">{sizeWords(picked.file.size)}</span>
      </p>
      <div className="mt-4 max-w-90">
        <label htmlFor={`${id}-format`} className="mb-1 block text-[13px] font-medium text-ink-2">
          Format
        </label>
        <select
          id={`${id}-format`}
          value={options.format}
          onChange={(e) => {
            const format = e.target.value as ImportFormat
            onChange({ ...options, format, inZone: format === 'taskwarrior' })
          }}
          className={inputClass}
        >
          {importFormats.map((format) => (
            <option key={format} value={format}>
              {names[format]}
            </option>
          ))}
        </select>
      </div>
      {options.format !== 'todotxt' && (
        <label className="mt-3 flex min-h-11 cursor-pointer items-center gap-3 text-[14px]">
          <input
            type="checkbox"
            checked={options.inZone}
            onChange={(e) => onChange({ ...options, inZone: e.target.checked })}
            className="size-4.5 accent-accent"
          />
          Midnight in {zone.replaceAll('_', ' ')} means the whole day
        </label>
      )}
      {options.format === 'csv' && <Columns picked={picked} options={options} onChange={onChange} />}
    </fieldset>
  )
}

function Columns({ picked, options, onChange }: { picked: Picked; options: Options; onChange: (to: Options) => void }) {
  const id = useId()
  const known = recognised(picked.columns)
  const taken = new Set(known.values())
  const free = [...new Set(picked.columns)].filter((column) => !taken.has(column))
  const open = fieldNames.filter((field) => !known.has(field))
  const choose = (field: FieldName, column: string) => {
    const columns = { ...options.columns }
    if (column) columns[field] = column
    else delete columns[field]
    onChange({ ...options, columns })
  }
  return (
    <div className="mt-3 border-t border-line pt-4">
      <p className="text-[14px] text-ink-2">
        {known.size > 0
          ? `Recognised: ${[...known.keys()].map((f) => fields[f]).join(', ')}.`
          : 'No column is recognised.'}{' '}
        {free.length > 0 && 'Which columns are the others? Those that are none become text of the description.'}
      </p>
      {free.length > 0 && (
        <div className="mt-3 grid gap-x-4 gap-y-2.5 desk:grid-cols-2">
          {open.map((field) => (
            <div key={field}>
              <label htmlFor={`${id}-${field}`} className="mb-1 block text-[13px] font-medium text-ink-2">
                {fields[field]}
                {field === 'title' && ' (needed)'}
              </label>
              <select
                id={`${id}-${field}`}
                value={options.columns[field] ?? ''}
                onChange={(e) => choose(field, e.target.value)}
                aria-invalid={(field === 'title' && !options.columns.title) || undefined}
                className={inputClass}
              >
                <option value="">None</option>
                {free.map((column) => (
                  <option key={column} value={column}>
                    {column}
                  </option>
                ))}
              </select>
            </div>
          ))}
        </div>
      )}
    </div>
  )
}
