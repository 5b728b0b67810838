import { Fragment, isValidElement, type ReactNode } from 'react'

const svg = 'http://www.w3.org/2000/svg'

/** What the two call by different names. */
const names: Record<string, string> = {
  className: 'class',
  tabIndex: 'tabindex',
  strokeWidth: 'stroke-width',
  strokeLinecap: 'stroke-linecap',
  strokeLinejoin: 'stroke-linejoin',
}

type Component = (props: object) => ReactNode
type Props = Record<string, unknown> & { children?: ReactNode; style?: Partial<CSSStyleDeclaration> }

/**
 * Draws components that use no hooks, once, as React would. Handlers are left out: React's own
 * drawing has them. A component with a hook throws, as it does everywhere outside of React.
 */
export function draw(node: ReactNode, into: Element): void {
  if (node === null || node === undefined || typeof node === 'boolean') return
  if (typeof node === 'object' && Symbol.iterator in node) {
    for (const each of node) draw(each, into)
  } else if (isValidElement(node)) element(node.type, node.props as Props, into)
  else into.append(String(node as string | number))
}

function element(type: unknown, { children, style, ...props }: Props, into: Element) {
  if (typeof type === 'function') return draw((type as Component)({ children, style, ...props }), into)
  if (type === Fragment) return draw(children, into)
  const inSvg = type === 'svg' || into.namespaceURI === svg
  const made = inSvg ? document.createElementNS(svg, type as string) : document.createElement(type as string)
  for (const [name, value] of Object.entries(props)) {
    if (value === undefined || value === null || typeof value === 'function' || name === 'ref') continue
    // What is yes or no stands by its presence, but where it is a word: aria-hidden="true".
    if (typeof value === 'boolean' && !/^(aria|data)-/.test(name)) made.toggleAttribute(name, value)
    else made.setAttribute(names[name] ?? name, String(value as string | number | boolean))
  }
  if (style) Object.assign((made as HTMLElement).style, style)
  draw(children, made)
  into.append(made)
}
