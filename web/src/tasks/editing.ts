import { useQueryClient } from '@tanstack/react-query'
import { useCallback, useState } from 'react'
import * as changes from '../api/changes'
import type { Edit, Task } from '../api/client'
import { Conflict, Problem } from '../api/errors'
import { remembered, tell } from '../shell/actions'
import { scopeOf } from '../shell/scope'

export type Editing = {
  /** Saves fields of the task as it was seen; answers whether they were kept, and null where the person did not say for which times. */
  save: (task: Task, fields: Edit) => Promise<boolean | null>
  /** What is wrong with a field, as the server said. */
  wrong: (field: keyof Edit) => string | undefined
}

/** Saves edits field by field, and remembers what is wrong with each. */
export function useEditing(): Editing {
  const client = useQueryClient()
  const [problems, setProblems] = useState<Record<string, string>>({})
  const save = useCallback(
    async (task: Task, fields: Edit) => {
      const names = Object.keys(fields)
      const without = (all: Record<string, string>) =>
        Object.fromEntries(Object.entries(all).filter(([name]) => !names.includes(name)))
      const scope = await scopeOf(task, fields)
      if (scope === null) return null
      try {
        await remembered(client, task, changes.edit(client, task, fields, scope))
        setProblems((all) => (Object.keys(all).length > 0 ? without(all) : all))
        return true
      } catch (error) {
        if (error instanceof Problem && error.fields.length > 0) {
          const found = Object.fromEntries(error.fields.map((f) => [f.field.split(/[.[]/)[0]!, f.message]))
          setProblems((all) => ({ ...without(all), ...found }))
        } else {
          tell(error)
        }
        return error instanceof Conflict // the choice is the dialog's now
      }
    },
    [client],
  )
  return { save, wrong: (field) => problems[field] }
}
