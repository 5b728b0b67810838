import { entranceLink } from '../account/entrance'
import { assistantsQuery } from '../api/grants'
import { AssistantRow } from './assistant-row'
import { Entry } from './entry'
import { Loaded } from './loaded'
import { Section } from './section'

/** Whose help the person has let in, and how to let in one more. */
export default function AssistantSettings() {
  return (
    <>
      <Section
        title="Connected assistants"
        hint="Programs you have let use your MindFlow. What you cut off is out at once, and can ask again."
      >
        <Loaded query={assistantsQuery}>
          {(assistants) =>
            assistants.length === 0 ? (
              <p className="text-[14px] text-ink-3">There are none yet. Connect one below.</p>
            ) : (
              <ul aria-label="Connected assistants" className="border-t border-line">
                {assistants.map((assistant) => (
                  <AssistantRow key={assistant.id} assistant={assistant} />
                ))}
              </ul>
            )
          }
        </Loaded>
      </Section>
      <Section
        title="Connect one"
        hint="Give it this address. It sends you here, where you say what it may do; it needs no token and no password."
      >
        <Entry />
        <dl className="mt-5 flex max-w-[60ch] flex-col gap-2 text-[14px]">
          {ways.map(({ who, how, more, where }) => (
            <div key={who}>
              <dt className="font-[550]">{who}</dt>
              <dd className="text-ink-2">{how}</dd>
              <dd>
                <a href={more} target="_blank" rel="noreferrer" className={entranceLink}>
                  {where}
                </a>
              </dd>
            </div>
          ))}
        </dl>
      </Section>
    </>
  )
}

/** Where the makers have put it, as their documentation says. */
const ways = [
  {
    who: 'ChatGPT',
    how: 'In its settings, under Connectors, turn on developer mode and create a connector with this address.',
    more: 'https://developers.openai.com/apps-sdk/deploy/connect-chatgpt',
    where: 'How to, by OpenAI',
  },
  {
    who: 'Claude',
    how: 'In its settings, under Connectors, add a custom connector with this address.',
    more: 'https://support.claude.com/articles/11175166-getting-started-with-custom-connectors-using-remote-mcp',
    where: 'How to, by Anthropic',
  },
  {
    who: 'An editor',
    how: 'Add an MCP server of the kind HTTP with this address. It opens a browser for the rest.',
    more: 'https://code.visualstudio.com/docs/copilot/customization/mcp-servers',
    where: 'How to, in Visual Studio Code',
  },
]
