import { Link } from '@tanstack/react-router'
import { buttonClass } from '../ui/button'
import { ExportSection } from './export'
import { ImportSection } from './import'
import { Section } from './section'

/** Tasks come in and go out, and come back. */
export default function DataSettings() {
  return (
    <>
      <ImportSection />
      <ExportSection />
      <Section title="Trash" hint="What you delete stays there for 30 days, and can be brought back.">
        <Link to="/trash" className={buttonClass()}>
          Open the trash
        </Link>
      </Section>
    </>
  )
}
