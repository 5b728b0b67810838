import { Menu } from '@base-ui/react/menu'
import { useQuery } from '@tanstack/react-query'
import { useState, type ReactNode } from 'react'
import { archived, inTree, projectsQuery } from '../api/projects'
import { ProjectForm } from '../projects/project-form'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'
import { isFiltered, isGrouped, sortOf, type DueChoice, type Search, type Showing } from './search'

const showing: [Showing | undefined, string][] = [
  [undefined, 'Open'],
  ['pending', 'Pending'],
  ['in_progress', 'In progress'],
  ['snoozed', 'Snoozed'],
  ['completed', 'Completed'],
  ['cancelled', 'Cancelled'],
  ['all', 'All'],
]

const dues: [DueChoice | undefined, string][] = [
  [undefined, 'Any time'],
  ['overdue', 'Overdue'],
  ['today', 'Today'],
  ['week', 'Next 7 days'],
]

const sorts: [string, string][] = [
  ['created_at', 'Created'],
  ['updated_at', 'Changed'],
  ['due_date', 'Due'],
  ['priority', 'Priority'],
  ['title', 'Title'],
  ['position', 'By hand'],
]

const directions: Record<string, [up: string, down: string]> = {
  created_at: ['Oldest first', 'Newest first'],
  updated_at: ['Oldest first', 'Newest first'],
  due_date: ['Soonest first', 'Latest first'],
  priority: ['Lowest first', 'Highest first'],
  title: ['A to Z', 'Z to A'],
  position: ['As arranged', 'The other way round'],
}

/** The direction in which something is usually wanted. */
const first = (by: string) => (by === 'due_date' || by === 'title' || by === 'position' ? by : `-${by}`)

/** What is shown, and in which order: each choice is in the address. */
export function Filters({
  search,
  tags,
  onChange,
  onProject,
}: {
  search: Search
  tags: string[]
  onChange: (to: Partial<Search>) => void
  /** Goes to a project, or to all tasks. */
  onProject: (id: string | undefined) => void
}) {
  const { status, priority, tag, due, project } = search
  const sort = sortOf(search)
  const projects = useQuery(projectsQuery).data ?? []
  const [tree, away] = [inTree(projects), archived(projects)]
  const [making, setMaking] = useState(false)
  const by = sort.replace('-', '')
  const down = sort.startsWith('-')
  const offered = [...new Set([...(tag ?? []), ...tags])].slice(0, 40)
  const toggle = <T,>(all: T[] | undefined, one: T, on: boolean): T[] | undefined => {
    const next = on ? [...(all ?? []), one] : (all ?? []).filter((o) => o !== one)
    return next.length > 0 ? next : undefined
  }
  return (
    <div
      role="group"
      aria-label="Filters"
      className="-mx-5 flex items-center gap-1.5 overflow-x-auto px-5 py-1 desk:mx-0 desk:flex-wrap desk:overflow-visible desk:px-0"
    >
      <Chip label="Show" value={showing.find(([s]) => s === status)![1]} on={status !== undefined}>
        <Menu.RadioGroup
          value={status ?? 'open'}
          onValueChange={(v: string) => onChange({ status: v === 'open' ? undefined : (v as Showing) })}
        >
          {showing.map(([s, name]) => (
            <Radio key={name} value={s ?? 'open'}>
              {name}
            </Radio>
          ))}
        </Menu.RadioGroup>
      </Chip>
      <Chip label="Project" value={projects.find((p) => p.id === project)?.name} on={project !== undefined}>
        <Menu.RadioGroup value={project ?? 'any'} onValueChange={(v: string) => onProject(v === 'any' ? undefined : v)}>
          <Radio value="any">All tasks</Radio>
          {tree.map(({ project, depth }) => (
            <Radio key={project.id} value={project.id}>
              <span dir="auto" className={`max-w-60 truncate ${depth ? 'pl-4' : ''}`}>
                {project.name}
              </span>
            </Radio>
          ))}
          {away.length > 0 && (
            <Menu.Group>
              <Menu.GroupLabel className="px-3 pt-2.5 pb-1 text-[13px] text-ink-3">Archived</Menu.GroupLabel>
              {away.map((project) => (
                <Radio key={project.id} value={project.id}>
                  <span dir="auto" className="max-w-60 truncate text-ink-2">
                    {project.name}
                  </span>
                </Radio>
              ))}
            </Menu.Group>
          )}
        </Menu.RadioGroup>
        <hr className="mx-3 my-1.5 border-line" />
        <Menu.Item className={itemClass} onClick={() => setMaking(true)}>
          New project…
        </Menu.Item>
      </Chip>
      <ProjectForm open={making} onClose={() => setMaking(false)} onMade={onProject} />
      <Chip label="Due" value={due && dues.find(([d]) => d === due)![1]} on={due !== undefined}>
        <Menu.RadioGroup
          value={due ?? 'any'}
          onValueChange={(v: string) => onChange({ due: v === 'any' ? undefined : (v as DueChoice) })}
        >
          {dues.map(([d, name]) => (
            <Radio key={name} value={d ?? 'any'}>
              {name}
            </Radio>
          ))}
        </Menu.RadioGroup>
      </Chip>
      <Chip label="Priority" value={priority?.toSorted((a, b) => b - a).join(', ')} on={priority !== undefined}>
        {[5, 4, 3, 2, 1].map((p) => (
          <Several
            key={p}
            checked={priority?.includes(p) ?? false}
            onChange={(on) => onChange({ priority: toggle(priority, p, on) })}
          >
            Priority {p}
          </Several>
        ))}
      </Chip>
      {offered.length > 0 && (
        <Chip
          label="Tag"
          value={tag && (tag.length > 1 ? `${tag[0]} +${tag.length - 1}` : tag[0])}
          on={tag !== undefined}
        >
          {offered.map((t) => (
            <Several
              key={t}
              checked={tag?.includes(t) ?? false}
              onChange={(on) => onChange({ tag: toggle(tag, t, on) })}
            >
              <span dir="auto" className="max-w-60 truncate">
                {t}
              </span>
            </Several>
          ))}
        </Chip>
      )}
      {isFiltered(search) && (
        <button
          type="button"
          onClick={() =>
            onChange({ status: undefined, due: undefined, priority: undefined, tag: undefined, q: undefined })
          }
          className="min-h-11 rounded-full px-3 text-[13.5px] whitespace-nowrap text-ink-3 hover:text-ink fine:min-h-9"
        >
          Clear
        </button>
      )}
      <span className="flex-1" />
      <Chip label="Sort" value={sorts.find(([s]) => s === by)?.[1]} on={false} end>
        <Menu.RadioGroup value={by} onValueChange={(v: string) => onChange({ sort: first(v), group: undefined })}>
          {sorts.map(([s, name]) => (
            <Radio key={s} value={s}>
              {name}
            </Radio>
          ))}
        </Menu.RadioGroup>
        <hr className="mx-3 my-1.5 border-line" />
        <Menu.RadioGroup
          value={down ? 'down' : 'up'}
          onValueChange={(v: string) => onChange({ sort: v === 'down' ? `-${by}` : by })}
        >
          <Radio value="up">{directions[by]?.[0]}</Radio>
          <Radio value="down">{directions[by]?.[1]}</Radio>
        </Menu.RadioGroup>
        <hr className="mx-3 my-1.5 border-line" />
        <Several checked={isGrouped(search)} onChange={(group) => onChange({ group })}>
          Group what is alike
        </Several>
      </Chip>
    </div>
  )
}

function Chip({
  label,
  value,
  on,
  end = false,
  children,
}: {
  label: string
  value: string | undefined
  on: boolean
  end?: boolean
  children: ReactNode
}) {
  return (
    <Menu.Root>
      <Menu.Trigger
        className={`inline-flex min-h-11 max-w-70 flex-none items-center gap-1.5 rounded-full border px-3 text-[13.5px] whitespace-nowrap fine:min-h-9 ${on ? 'border-accent bg-accent-soft text-accent' : 'border-line text-ink-2 hover:border-ink-3'}`}
      >
        <span className={value && !on ? 'text-ink-3' : ''}>{value ? `${label}:` : label}</span>
        {value && (
          <span dir="auto" className="truncate">
            {value}
          </span>
        )}
        <Icon name="chevron" className="size-3 rotate-90 opacity-70" />
      </Menu.Trigger>
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align={end ? 'end' : 'start'} className="z-40">
          <Menu.Popup className={popupClass}>{children}</Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}

const tick = (
  <span className="ml-auto size-4">
    <Icon name="check" className="size-4 text-accent" />
  </span>
)

function Radio({ value, children }: { value: string; children: ReactNode }) {
  return (
    <Menu.RadioItem value={value} closeOnClick className={itemClass}>
      {children}
      <Menu.RadioItemIndicator render={tick} />
    </Menu.RadioItem>
  )
}

function Several({
  checked,
  onChange,
  children,
}: {
  checked: boolean
  onChange: (to: boolean) => void
  children: ReactNode
}) {
  return (
    <Menu.CheckboxItem checked={checked} onCheckedChange={onChange} closeOnClick={false} className={itemClass}>
      {children}
      <Menu.CheckboxItemIndicator render={tick} />
    </Menu.CheckboxItem>
  )
}
