import { useEffect, useState, type ReactNode } from 'react'

/** Nothing for 150 ms, then what stands for what will come. */
export function Soon({ children }: { children: ReactNode }) {
  const [late, setLate] = useState(false)
  useEffect(() => {
    const timer = setTimeout(setLate, 150, true)
    return () => clearTimeout(timer)
  }, [])
  return (
    <div aria-busy="true" className={late ? '' : 'invisible'}>
      <span className="sr-only">Loading</span>
      {children}
    </div>
  )
}

export const Bone = ({ className }: { className: string }) => <div className={`rounded-lg bg-line ${className}`} />
