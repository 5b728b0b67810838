import { api, data, type ImportReport } from './client'
import { SignedOut, Unreachable } from './errors'
import { accessToken, problem } from './session'

/** Files that come in and go out. */

export const importFormats = ['taskwarrior', 'todotxt', 'todoist', 'csv'] as const
export type ImportFormat = (typeof importFormats)[number]

/** The server takes no larger file. */
export const maxImport = 50 * 2 ** 20

export type Import = {
  file: File
  format: ImportFormat
  /** The zone the file was written in, if midnight there means a day. */
  timezone: string | null
  /** Columns by field, for csv. */
  columns: Record<string, string>
}

const query = ({ file, format, timezone, columns }: Import, dryRun: boolean) => {
  const params = new URLSearchParams()
  if (dryRun) params.set('dry_run', 'true')
  if (timezone) params.set('timezone', timezone)
  if (format === 'todoist') params.set('file', file.name) // which is named after the project
  for (const [field, column] of Object.entries(columns)) params.append('map', `${field}:${column}`)
  return params
}

/**
 * Sends a file: dry, or with a key under which it is done once, however often it is
 * sent. What is sent so far is told as a share of one: fetch cannot do that.
 */
export async function importFile(
  it: Import,
  how: { dryRun: true } | { key: string },
  progress: (sent: number) => void,
): Promise<ImportReport> {
  const path = `/api/import/${it.format}?${query(it, 'dryRun' in how)}`
  const key = 'key' in how ? how.key : null
  const token = await accessToken()
  const answer = await send(path, it.file, token, key, progress)
  if (answer.status !== 401) return read(answer)
  return read(await send(path, it.file, await accessToken(token), key, progress))
}

function read(answer: XMLHttpRequest): ImportReport {
  let body: object = {}
  try {
    body = JSON.parse(answer.responseText) as object
  } catch {
    // An answer of something in between: its status says enough.
  }
  if (answer.status === 401) throw new SignedOut()
  if (answer.status === 200) return body as ImportReport
  throw problem({ status: answer.status, headers: { get: (name) => answer.getResponseHeader(name) } }, body)
}

const send = (path: string, file: File, token: string, key: string | null, progress: (sent: number) => void) =>
  new Promise<XMLHttpRequest>((resolve, reject) => {
    const request = new XMLHttpRequest()
    request.open('POST', path)
    request.setRequestHeader('Authorization', `Bearer ${token}`)
    request.setRequestHeader('X-Client', 'web')
    request.setRequestHeader('Content-Type', 'application/octet-stream')
    if (key) request.setRequestHeader('Idempotency-Key', key)
    request.upload.onprogress = (e) => progress(e.total > 0 ? e.loaded / e.total : 0)
    request.onload = () => resolve(request)
    request.onerror = () => reject(new Unreachable(null))
    request.send(file)
  })

/** Everything of the person's, as a file with the name the server gives it. */
export async function exportFile(format: 'json' | 'csv'): Promise<File> {
  const answer = api.GET('/api/export/{format}', { params: { path: { format } }, parseAs: 'blob' })
  try {
    const blob = await data(answer as Promise<{ data?: Blob; response: Response }>)
    const said = /filename="([^"]+)"/.exec((await answer).response.headers.get('Content-Disposition') ?? '')
    return new File([blob], said?.[1] ?? `mindflow.${format}`, { type: blob.type })
  } catch (error) {
    throw error instanceof TypeError ? new Unreachable(error) : error // it broke off
  }
}

/** Hands a file to the browser, which keeps it where it keeps downloads. */
export function keepFile(file: File) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(file)
  link.download = file.name
  link.click()
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}
