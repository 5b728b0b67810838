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
    <fieldset disabled={disabled} className="min-w-0 rounded-card border border-line bg-surface p-5">
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

/** Which field each column is that was not recognised: by columns, of which there are few, not by fields. */
function Columns({ picked, options, onChange }: { picked: Picked; options: Options; onChange: (to: Options) => void }) {
  const id = useId()
  const known = recognised(picked.columns)
  const recognisedColumns = new Set(known.values())
  const others = [...new Set(picked.columns)].filter((column) => !recognisedColumns.has(column))
  const fieldOf = (column: string) => fieldNames.find((field) => options.columns[field] === column)
  const titled = known.has('title') || options.columns.title !== undefined
  const choose = (column: string, field: FieldName | '') => {
    const columns = { ...options.columns }
    const before = fieldOf(column)
    if (before) delete columns[before]
    if (field) columns[field] = column
    onChange({ ...options, columns })
  }
  return (
    <div className="mt-3 border-t border-line pt-4">
      <p className="text-[14px] text-ink-2">
        {known.size > 0
          ? `Recognised: ${[...known.keys()].map((f) => fields[f]).join(', ')}.`
          : 'No column is recognised.'}
        {others.length > 0 && ' What are the others?'}
      </p>
      {!titled && (
        <p role="status" className="mt-1 text-[14px] text-danger">
          Say which column is the title.
        </p>
      )}
      {others.length > 0 && (
        <div className="mt-3 grid grid-cols-1 gap-x-4 gap-y-2.5 desk:grid-cols-2">
          {others.map((column, i) => (
            <div key={column}>
              <label
                htmlFor={`${id}-${i}`}
                dir="auto"
                className="mb-1 block truncate text-[13px] font-medium text-ink-2"
              >
                {column}
              </label>
              <select
                id={`${id}-${i}`}
                value={fieldOf(column) ?? ''}
                onChange={(e) => choose(column, e.target.value as FieldName | '')}
                className={inputClass}
              >
                <option value="">Text of the description</option>
                {fieldNames
                  .filter((f) => !known.has(f) && (!options.columns[f] || options.columns[f] === column))
                  .map((f) => (
                    <option key={f} value={f}>
                      {fields[f]}
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
