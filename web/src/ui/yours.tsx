import { Button } from './button'

/** What one wanted to save beside what is there now. */
export type Differing = { name: string; mine: string; theirs: string | undefined }

/** Two states of one thing, of which the person chooses. */
export function Yours({
  of,
  differing,
  keep,
  leave,
}: {
  of: string
  differing: Differing[]
  keep: () => void
  leave: () => void
}) {
  return (
    <>
      <table className="tnum w-full table-fixed text-left text-[14px]">
        <thead className="text-[13px] text-ink-3">
          <tr className="border-b border-line">
            <th className="w-24 py-2 font-medium desk:w-32">{of}</th>
            <th className="py-2 font-medium">Yours</th>
            <th className="py-2 font-medium">There now</th>
          </tr>
        </thead>
        <tbody>
          {differing.map(({ name, mine, theirs }) => (
            <tr key={name} className="border-b border-line align-top">
              <th className="py-2.5 pr-3 font-medium text-ink-2">{name}</th>
              <td dir="auto" className="py-2.5 pr-3 wrap-anywhere whitespace-pre-wrap">
                {mine}
              </td>
              <td dir="auto" className="py-2.5 wrap-anywhere whitespace-pre-wrap">
                {theirs}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
      <div className="flex flex-wrap justify-end gap-2">
        <Button onClick={leave}>Leave it as it is now</Button>
        <Button kind="primary" onClick={keep}>
          Keep mine
        </Button>
      </div>
    </>
  )
}
