import { ExportSection } from './export'
import { ImportSection } from './import'

/** Tasks come in and go out. */
export default function DataSettings() {
  return (
    <>
      <ImportSection />
      <ExportSection />
    </>
  )
}
