import { afterEach, expect, test, vi } from 'vitest'

afterEach(() => {
  vi.restoreAllMocks()
  vi.unstubAllGlobals()
  localStorage.clear()
})

/** The module with a memory of its own. */
async function fresh() {
  vi.resetModules()
  return import('./kept')
}

test('what is kept is there after a reload', async () => {
  const { keepText } = await fresh()
  keepText('a', '1')
  const { kept } = await fresh()
  expect(kept('a')).toBe('1')
  keepText('a', null)
  expect(kept('a')).toBeNull()
})

test.each([
  [
    'is full',
    () =>
      vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
        throw new DOMException('full', 'QuotaExceededError')
      }),
  ],
  [
    'is forbidden',
    () =>
      vi.spyOn(window, 'localStorage', 'get').mockImplementation(() => {
        throw new DOMException('denied', 'SecurityError')
      }),
  ],
])('where the storage %s, it holds as long as the page stands', async (_, breaks) => {
  const { keepText, kept } = await fresh()
  breaks()
  expect(kept('a')).toBeNull()
  keepText('a', '1')
  expect(kept('a')).toBe('1')
  keepText('a', null)
  expect(kept('a')).toBeNull()
})

// The sign-in of somebody who is gone must not come back, whoever signs in where there is no room.
test('what is no longer so is not kept because there is no room for what is', async () => {
  const { keepText } = await fresh()
  keepText('a', 'old')
  vi.spyOn(Storage.prototype, 'setItem').mockImplementation(() => {
    throw new DOMException('full', 'QuotaExceededError')
  })
  keepText('a', 'new')
  expect(localStorage.getItem('a')).toBeNull()
})
