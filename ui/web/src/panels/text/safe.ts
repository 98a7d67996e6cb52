/**
 * HTML and markdown of dashboards made safe: nothing runs, nothing is fetched, and
 * styles are applied by script from a list of harmless properties, because the
 * page's content policy forbids them in HTML.
 */
import createPurify from 'dompurify'
import { Marked } from 'marked'
import type { TextView } from '../../lib/api'
import { awesome, logo } from './pictures'

const tags = [
  'a', 'abbr', 'b', 'blockquote', 'br', 'code', 'dd', 'del', 'details', 'div', 'dl', 'dt', 'em', 'h1', 'h2', 'h3', 'h4', 'h5', 'h6', 'hr', 'i', 'img', 'ins', 'kbd', 'li', 'mark', 'ol', 'p',
  'pre', 'q', 's', 'samp', 'section', 'small', 'span', 'strong', 'sub', 'summary', 'sup', 'table', 'tbody', 'td', 'tfoot', 'th', 'thead', 'tr', 'u', 'ul', 'center', 'font', 'figure', 'figcaption', 'header', 'footer',
]
const attributes = ['href', 'target', 'title', 'alt', 'src', 'width', 'height', 'class', 'data-style', 'data-src', 'colspan', 'rowspan', 'align', 'open', 'start', 'color', 'lang', 'dir']

/** What a style may say: how things look and flow, never where they lie on the page or what they fetch. */
const properties = /^(color|background(-color)?|font(-(size|weight|style|family|variant))?|line-height|letter-spacing|text-(align|decoration|transform|indent|overflow)|white-space|word-break|vertical-align|display|flex(-(direction|wrap|grow|shrink|basis))?|align-(items|content|self)|justify-(content|items|self)|gap|row-gap|column-gap|grid-template-columns|order|(min-|max-)?(width|height)|(margin|padding)(-(top|right|bottom|left))?|border(-(top|right|bottom|left))?(-(color|width|style|radius))?|border-collapse|border-spacing|opacity|overflow(-[xy])?|list-style(-type)?|float|clear|box-sizing|object-fit|columns|column-count)$/
const forbidden = /url\s*\(|expression|image-set|@import|javascript:|position\s*:\s*(fixed|sticky)|var\s*\(|env\s*\(/i

/** markdown is GitHub's; what is to do and what is done are signs, because nothing of a text can be ticked. */
const markdown = new Marked({ gfm: true, async: false, renderer: { checkbox: ({ checked }) => (checked ? '☑ ' : '☐ ') } })

/** shownText makes a piece of the page of what a text panel says; leads is where a link of a file leads. */
export function shownText(of: Pick<TextView, 'mode' | 'content'>, leads: (href: string) => string): DocumentFragment {
  const html = of.mode === 'markdown' ? (markdown.parse(of.content) as string) : of.content
  const purify = createPurify(window)
  // Pictures are ours or the text's own: an address is looked at, never asked.
  purify.addHook('uponSanitizeAttribute', (node, data) => {
    if (data.attrName !== 'src' || /^data:image\/(png|jpeg|gif|webp);/i.test(data.attrValue)) return
    node.setAttribute('data-src', data.attrValue)
    data.keepAttr = false
  })
  const root = purify.sanitize(aside(html), { ALLOWED_TAGS: tags, ALLOWED_ATTR: attributes, ADD_URI_SAFE_ATTR: ['data-style', 'data-src'], ALLOW_DATA_ATTR: false, RETURN_DOM_FRAGMENT: true })
  for (const element of root.querySelectorAll<HTMLElement>('*')) finished(element)
  for (const a of root.querySelectorAll('a[href]')) a.setAttribute('href', leads(a.getAttribute('href')!))
  return root
}

/** aside gives style attributes another name, before a parser sees them and the content policy complains. */
export function aside(html: string): string {
  return html.replace(/<[a-z][^<>]*>/gi, (tag) => tag.replace(/(\s)style(\s*=)/gi, '$1data-style$2'))
}

function finished(element: HTMLElement) {
  styled(element, element.getAttribute('data-style') ?? '')
  element.removeAttribute('data-style')
  if (element instanceof HTMLAnchorElement) element.rel = 'noopener noreferrer'
  if (element instanceof HTMLImageElement) pictured(element)
  const icon = /(?:^|\s)fa-([a-z0-9-]+)/.exec(element.className)?.[1]
  if (icon && element.childElementCount === 0) element.replaceChildren(awesome(icon))
}

/** styled sets those properties of a style that are harmless. */
export function styled(element: HTMLElement, style: string) {
  for (const declaration of style.split(';')) {
    const [name, value] = [declaration.slice(0, declaration.indexOf(':')).trim().toLowerCase(), declaration.slice(declaration.indexOf(':') + 1).trim()]
    if (!harmless(name, value)) continue
    const important = /!\s*important$/i.test(value)
    element.style.setProperty(name, value.replace(/!\s*important$/i, '').trim(), important ? 'important' : '')
  }
}

/** harmless says whether a declaration may be set. */
export function harmless(name: string, value: string): boolean {
  return properties.test(name) && value.length > 0 && value.length < 200 && !forbidden.test(value) && !/^-\d/.test(name.startsWith('margin') ? value : '')
}

/** pictured puts an own picture, or words, where a picture of elsewhere was meant to be. */
function pictured(image: HTMLImageElement) {
  const source = image.getAttribute('data-src')
  if (source === null) return
  image.removeAttribute('data-src')
  if (/SuperSONIC_small|supersonic.*logo|sonic_logo/i.test(source)) return image.replaceWith(logo(image))
  const words = document.createElement('span')
  words.className = 'no-picture'
  words.textContent = image.alt || 'picture'
  words.title = `A picture of ${hostOf(source)} is not fetched: nothing that is shown here leaves the site.`
  image.replaceWith(words)
}

function hostOf(source: string): string {
  try {
    return new URL(source, document.baseURI).host
  } catch {
    return 'another place'
  }
}
