/** How menus, lists and other things look that open beside what was pressed. */
export const popupClass =
  'rise max-h-(--available-height) min-w-56 overflow-y-auto rounded-card border border-line bg-surface p-1.5 shadow-card outline-none'

export const itemClass =
  'flex min-h-11 w-full cursor-pointer items-center gap-3 rounded-lg px-3 text-[14px] outline-none select-none data-highlighted:bg-accent-soft fine:min-h-9'
