export const tasks = (n: number) => (n === 1 ? '1 task' : `${n} tasks`)
