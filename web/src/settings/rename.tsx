import { Button } from '../ui/button'
import { Field } from '../ui/field'
import { useForm } from './form'

/** Asks for another name, and sends it. */
export function Rename({
  name,
  send,
  done,
}: {
  name: string
  send: (name: string) => Promise<void>
  done: () => void
}) {
  const { form, wrong, below, busy } = useForm(['name'], async (sent) => {
    await send(String(sent.get('name')).trim())
    done()
    return ''
  })
  return (
    <form {...form}>
      <Field
        label="Name"
        name="name"
        required
        maxLength={100}
        autoComplete="off"
        dir="auto"
        autoFocus
        defaultValue={name}
        error={wrong('name')}
      />
      {below}
      <div className="flex flex-wrap gap-2">
        <Button kind="primary" type="submit" disabled={busy}>
          Save the name
        </Button>
        <Button onClick={done}>Cancel</Button>
      </div>
    </form>
  )
}
