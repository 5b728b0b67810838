import { Menu } from '@base-ui/react/menu'
import type { Act } from '../shell/acts'
import { IconButton } from '../ui/button'
import { Icon } from '../ui/icon'
import { itemClass, popupClass } from '../ui/popup'

/** What else can be done with a task. */
export function More({ acts }: { acts: Act[] }) {
  return (
    <Menu.Root>
      <Menu.Trigger
        render={
          <IconButton label="More" className="size-11 fine:size-9">
            <Icon name="more" />
          </IconButton>
        }
      />
      <Menu.Portal>
        <Menu.Positioner sideOffset={6} align="end" className="z-50">
          <Menu.Popup className={popupClass}>
            {acts.map((act) => (
              <Menu.Item key={act.label} className={itemClass} onClick={act.run}>
                <Icon name={act.icon} className="size-4 text-ink-3" />
                {act.label}
              </Menu.Item>
            ))}
          </Menu.Popup>
        </Menu.Positioner>
      </Menu.Portal>
    </Menu.Root>
  )
}
