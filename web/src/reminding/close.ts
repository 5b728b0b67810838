/** What shows notices here, where there is one: a page in the clear has none. */
export const registration = async (): Promise<ServiceWorkerRegistration | undefined> => {
  const worker = navigator.serviceWorker as ServiceWorkerContainer | undefined
  return worker?.getRegistration().catch(() => undefined)
}

/** Closes the notice of a moment, or all. */
export async function closeNotices(tag?: string): Promise<void> {
  const there = await registration()
  const notices = await there?.getNotifications?.(tag ? { tag } : {}).catch(() => [])
  for (const notice of notices ?? []) notice.close()
}
