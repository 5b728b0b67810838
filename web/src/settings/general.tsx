import { Section } from './section'
import { WithPreferences } from './known'
import { LocaleSetting } from './locale'
import { RemindersSetting } from './reminders'
import { Windows } from './windows'
import { ZoneSetting } from './zone'

/** Where the person is, and how their day is divided. */
export default function General() {
  return (
    <WithPreferences>
      {(known) => (
        <>
          <Section
            title="Time zone"
            hint="Days begin and end by it, here and everywhere else you use MindFlow. Due days stay the days they are."
          >
            <ZoneSetting known={known} />
          </Section>
          <Section
            title="Language of what you type"
            hint="How days in numbers and words are read where you add a task."
          >
            <LocaleSetting known={known} />
          </Section>
          <Section
            title="Parts of the day"
            hint="A task that is best in one of them counts for more inside it, and for less outside."
          >
            <Windows known={known} />
          </Section>
          <Section
            title="Reminders"
            hint="They show here while MindFlow is open, and come by mail once your address is confirmed, if this server sends mail."
          >
            <RemindersSetting />
          </Section>
        </>
      )}
    </WithPreferences>
  )
}
