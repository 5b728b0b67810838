import { modifier } from '../ui/kbd'

/** Keys that do one thing: any of them does it. */
export type Line = {
  keys: readonly string[]
  label: string
  /** Again and again while the key is held. */
  held?: boolean
  /** Heard by what is open itself, not by the screen. */
  theirs?: boolean
}

/** Every shortcut there is, by where it is heard. Who listens and who tells of them both have it from here. */
export const table = {
  Everywhere: {
    add: { keys: ['q'], label: 'Add a task' },
    find: { keys: ['mod k'], label: 'Search and commands' },
    undo: { keys: ['u', 'mod z'], label: 'Undo' },
    toNow: { keys: ['g n'], label: 'Go to Now' },
    toTasks: { keys: ['g t'], label: 'Go to Tasks' },
    toUpcoming: { keys: ['g u'], label: 'Go to Upcoming' },
    toSettings: { keys: ['g s'], label: 'Go to Settings' },
    help: { keys: ['?'], label: 'This list' },
    close: { keys: ['Escape'], label: 'Close what is open', theirs: true },
  },
  Now: {
    done: { keys: ['e'], label: 'Done' },
    start: { keys: ['s'], label: 'Start, or put down' },
    snooze: { keys: ['z'], label: 'Snooze' },
    notNow: { keys: ['n'], label: 'Not now' },
  },
  Tasks: {
    next: { keys: ['j', 'ArrowDown'], label: 'Next task', held: true },
    before: { keys: ['k', 'ArrowUp'], label: 'Task before', held: true },
    open: { keys: ['Enter'], label: 'Open' },
    close: { keys: ['Escape'], label: 'Select nothing, or close the task' },
    select: { keys: ['x'], label: 'Select' },
    selectTo: { keys: ['shift x'], label: 'Select up to here' },
    done: { keys: ['e'], label: 'Done, or open again' },
    start: { keys: ['s'], label: 'Start, or put down' },
    snooze: { keys: ['z'], label: 'Snooze' },
    notNow: { keys: ['n'], label: 'Not now' },
    priority: { keys: ['1', '2', '3', '4', '5'], label: 'Priority' },
    due: { keys: ['d'], label: 'Due' },
    rename: { keys: ['F2'], label: 'Change the title' },
    remove: { keys: ['Delete'], label: 'Delete' },
    order: {
      keys: ['alt ArrowUp', 'alt ArrowDown'],
      label: 'Move up or down, where the order is by hand',
      theirs: true,
    },
    search: { keys: ['/'], label: 'Search' },
  },
  Upcoming: {
    next: { keys: ['j', 'ArrowDown'], label: 'Next task', held: true },
    before: { keys: ['k', 'ArrowUp'], label: 'Task before', held: true },
    left: { keys: ['ArrowLeft'], label: 'The task beside it, to the left', held: true },
    right: { keys: ['ArrowRight'], label: 'The task beside it, to the right', held: true },
    move: { keys: ['m'], label: 'Move to another day' },
    earlier: { keys: ['shift ArrowLeft', 'shift ArrowUp'], label: 'A day earlier' },
    later: { keys: ['shift ArrowRight', 'shift ArrowDown'], label: 'A day later' },
    done: { keys: ['e'], label: 'Done' },
  },
} as const satisfies Record<string, Record<string, Line>>

export type Place = keyof typeof table

/** What a screen has to do: all that the table says of it, but what is heard elsewhere. */
export type Doing<P extends Place, Run> = {
  [Name in keyof (typeof table)[P] as (typeof table)[P][Name] extends { theirs: true } ? never : Name]: Run
}

export const linesOf = (place: Place) => Object.entries<Line>(table[place])

/** The key that was pressed, as the table has it; letters are small ones. */
export function pressed(e: Pick<KeyboardEvent, 'key' | 'ctrlKey' | 'metaKey'>): string {
  const key = e.key.length === 1 ? e.key.toLowerCase() : e.key
  return e.ctrlKey || e.metaKey ? `mod ${key}` : key
}

/** With Shift a key is another one where the table says so, else the same. */
export const having = <T>(e: Pick<KeyboardEvent, 'shiftKey'>, keys: string, find: (keys: string) => T | undefined) =>
  (e.shiftKey ? find(`shift ${keys}`) : undefined) ?? find(keys)

/** What a key does in a place, by its name in the table. */
export function meantIn<P extends Place>(place: P, e: Parameters<typeof pressed>[0] & { shiftKey: boolean }) {
  const found = having(e, pressed(e), (keys) => linesOf(place).find(([, line]) => line.keys.includes(keys)))
  return found?.[0] as keyof (typeof table)[P] | undefined
}

const signs: Record<string, string> = {
  mod: modifier,
  shift: 'Shift',
  alt: 'Alt',
  ArrowLeft: '←',
  ArrowRight: '→',
  ArrowUp: '↑',
  ArrowDown: '↓',
  Escape: 'Esc',
}

const sign = (keys: string) =>
  keys
    .split(' ')
    .map((key) => signs[key] ?? (key.length === 1 ? key.toUpperCase() : key))
    .join(' ')

/** How the keys of a line are written: a row of digits as one. */
export function signsOf({ keys }: Line): string[] {
  const digits = keys.length > 2 && keys.every((key) => /^\d$/.test(key))
  return digits ? [`${keys[0]} – ${keys.at(-1)}`] : keys.map(sign)
}
