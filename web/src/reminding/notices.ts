import { useSyncExternalStore } from 'react'
import { kept, keepText } from '../api/kept'
import { account } from '../api/session'
import { closeNotices, registration } from './close'
import { nameOf, type Moment } from './due'
import { noticeWords } from './words'

/**
 * Notices of the system: shown by it also while one looks elsewhere. The person turns
 * them on, on each device; nothing else asks for them.
 */
const key = 'mindflow.notices'

/** Whether a browser can show them: it could, it refuses, or it has none here. */
export type Ability = 'able' | 'refused' | 'insecure' | 'none'

export function ability(): Ability {
  if (!window.isSecureContext) return 'insecure'
  if (!('Notification' in window) || !('serviceWorker' in navigator)) return 'none'
  return Notification.permission === 'denied' ? 'refused' : 'able'
}

const listeners = new Set<() => void>()
const tell = () => listeners.forEach((listener) => listener())

/** What another tab has chosen, and what the browser's own settings say by now. */
function subscribe(listener: () => void): () => void {
  listeners.add(listener)
  if (listeners.size === 1) {
    window.addEventListener('storage', tell)
    window.addEventListener('focus', tell)
  }
  return () => {
    listeners.delete(listener)
    if (listeners.size > 0) return
    window.removeEventListener('storage', tell)
    window.removeEventListener('focus', tell)
  }
}

/** Reports whether this person wants them here, and the browser lets us. */
export const areOn = (): boolean =>
  ability() === 'able' && Notification.permission === 'granted' && account() !== null && kept(key) === account()

export const useOn = (): boolean => useSyncExternalStore(subscribe, areOn)
export const useAbility = (): Ability => useSyncExternalStore(subscribe, ability)

/** Turns them on; the browser asks the person, if it has not before. Reports whether they are on now. */
export async function turnOn(): Promise<boolean> {
  // Some browsers ask as soon as they are asked to, others never answer: then nothing was decided.
  const permission = await Notification.requestPermission().catch((): NotificationPermission => 'default')
  if (permission === 'granted') keepText(key, account())
  tell()
  return areOn()
}

export function turnOff(): void {
  keepText(key, null)
  tell()
  void closeNotices()
}

/** Shows a notice. Its words are text, whatever they say. */
export async function show(moment: Moment, now: number, zone: string): Promise<void> {
  const there = await registration()
  if (!there?.active) return
  await there
    .showNotification(moment.title, {
      body: noticeWords(moment, now, zone),
      tag: nameOf(moment),
      icon: '/icons/192.png',
      dir: 'auto',
      data: { task: moment.task_id },
    })
    .catch(() => {}) // the permission was taken back just now
}
