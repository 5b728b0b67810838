const hour = 3_600_000

/** Until when a task is out of the way that is not for now: until the answer would change anyway, at least an hour. */
export const notNowUntil = (now: number, validUntil: string | null): number =>
  Math.max(now + hour, validUntil ? Date.parse(validUntil) : 0)
