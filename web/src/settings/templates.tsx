import { useQueryClient } from '@tanstack/react-query'
import { useRef, useState } from 'react'
import { deleteTemplate, renameTemplate, templatesQuery, type Template } from '../api/templates'
import { sayDone, tell } from '../shell/actions'
import { openOverlay } from '../shell/overlay'
import { makes } from '../shell/templates'
import { Button } from '../ui/button'
import { besideRow, hasFocus, useHandsOn } from '../ui/focus'
import { short } from '../ui/short'
import { Loaded } from './loaded'
import { Rename } from './rename'
import { Section } from './section'

/** What can be made again: used, called something else, taken away. */
export default function TemplateSettings() {
  return (
    <Section
      title="Templates"
      hint="A task with its steps, or a project, to be made again, its dates counted from the day you use it. A task is saved as one under More in its page."
    >
      <Loaded query={templatesQuery}>
        {(templates) =>
          templates.length === 0 ? (
            <p className="text-[14px] text-ink-3">There are none.</p>
          ) : (
            <ul aria-label="Templates" className="border-t border-line">
              {templates.map((template) => (
                <TemplateRow key={template.id} template={template} />
              ))}
            </ul>
          )
        }
      </Loaded>
    </Section>
  )
}

function TemplateRow({ template }: { template: Template }) {
  const client = useQueryClient()
  const li = useRef<HTMLLIElement>(null)
  useHandsOn(li, besideRow)
  const [naming, setNaming] = useState(false)
  const [takesFocus, setTakesFocus] = useState(false)
  const remove = async () => {
    try {
      sayDone(client, `Deleted: ${short(template.name)}`, await deleteTemplate(client, template))
    } catch (error) {
      tell(error)
    }
  }
  const rename = async (name: string) =>
    sayDone(client, `Renamed: ${short(name)}`, await renameTemplate(client, template, name))
  return (
    <li ref={li} className="flex flex-wrap items-center gap-x-4 gap-y-2 border-b border-line py-3">
      <div className="min-w-0 flex-1 basis-60">
        <p dir="auto" className="truncate font-[550]">
          {template.name}
        </p>
        <p className="tnum text-[13px] text-ink-3">Makes {makes(template)}</p>
      </div>
      {naming ? (
        <div className="basis-full">
          <Rename
            name={template.name}
            send={rename}
            done={() => {
              setTakesFocus(hasFocus(li.current))
              setNaming(false)
            }}
          />
        </div>
      ) : (
        <div className="flex flex-wrap gap-2">
          <Button aria-label={`Use ${template.name}…`} onClick={() => openOverlay('template', { id: template.id })}>
            Use…
          </Button>
          <Button aria-label={`Rename ${template.name}`} autoFocus={takesFocus} onClick={() => setNaming(true)}>
            Rename
          </Button>
          <Button aria-label={`Delete ${template.name}`} onClick={() => void remove()}>
            Delete
          </Button>
        </div>
      )}
    </li>
  )
}
