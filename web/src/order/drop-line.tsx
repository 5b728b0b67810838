import type { Edge } from './drag'

/** Where what is dragged would come to stand. */
export function DropLine({ edge }: { edge: Edge | null }) {
  if (!edge) return null
  return (
    <span
      aria-hidden="true"
      className={`pointer-events-none absolute inset-x-0 z-2 h-0.5 rounded-full bg-accent ${edge === 'top' ? '-top-px' : '-bottom-px'}`}
    />
  )
}
