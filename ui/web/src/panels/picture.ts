/**
 * A panel as a PNG: its HTML goes, with the styles that it has, into an SVG that the
 * browser draws; canvases go along as pictures. Nothing is fetched.
 */

/** What the look of a copy depends on; sizes and places come from the layout. */
const properties = [
  'align-items', 'align-content', 'align-self', 'background-color', 'background-image', 'border-radius', 'border-collapse', 'border-spacing', 'box-sizing', 'clip-path', 'color', 'column-gap', 'row-gap', 'display', 'fill', 'fill-opacity', 'flex-direction', 'flex-grow', 'flex-shrink', 'flex-basis', 'flex-wrap',
  'font-family', 'font-size', 'font-style', 'font-variant-numeric', 'font-weight', 'grid-template-columns', 'grid-auto-rows', 'height', 'justify-content', 'justify-items', 'left', 'letter-spacing', 'line-height', 'list-style-type', 'margin-bottom', 'margin-left', 'margin-right', 'margin-top', 'max-height', 'max-width', 'min-height', 'min-width', 'opacity',
  'overflow-x', 'overflow-y', 'padding-bottom', 'padding-left', 'padding-right', 'padding-top', 'position', 'right', 'bottom', 'stroke', 'stroke-dasharray', 'stroke-opacity', 'stroke-width', 'table-layout', 'text-align', 'text-anchor', 'text-decoration-line', 'text-overflow', 'top', 'transform', 'vertical-align', 'visibility', 'white-space', 'width', 'z-index',
  'border-top-color', 'border-top-style', 'border-top-width', 'border-bottom-color', 'border-bottom-style', 'border-bottom-width', 'border-left-color', 'border-left-style', 'border-left-width', 'border-right-color', 'border-right-style', 'border-right-width',
]

const most = 8000

/** The styles of a copy stand here until it is text: the content policy forbids style attributes in the page itself. */
const aside = 'data-style-of-picture'

/** pictureOf draws an element as it is seen now, with a title above it. */
export async function pictureOf(element: HTMLElement, title: string, scale = 2): Promise<Blob> {
  const [width, height] = [element.clientWidth, element.clientHeight]
  if (element.querySelectorAll('*').length > most) throw new Error('There is too much in this panel for a picture. Download it as CSV.')
  const top = title ? 30 : 8
  const svg = svgOf(element, width, height)
  const image = await loaded(`data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`)
  const canvas = document.createElement('canvas')
  canvas.width = Math.round((width + 16) * scale)
  canvas.height = Math.round((height + top + 8) * scale)
  const to = canvas.getContext('2d')!
  const look = getComputedStyle(document.documentElement)
  to.scale(scale, scale)
  to.fillStyle = look.getPropertyValue('--panel').trim()
  to.fillRect(0, 0, width + 16, height + top + 8)
  to.fillStyle = look.getPropertyValue('--text').trim()
  to.font = `600 14px ${getComputedStyle(document.body).fontFamily}`
  if (title) to.fillText(title, 8, 20, width)
  to.drawImage(image, 8, top, width, height)
  return new Promise((done, failed) => canvas.toBlob((blob) => (blob ? done(blob) : failed(new Error('The browser made no picture.'))), 'image/png'))
}

function svgOf(element: HTMLElement, width: number, height: number): string {
  const copy = copied(element)!
  copy.setAttribute(aside, `${copy.getAttribute(aside)};position:static;left:0;top:0;margin:0`)
  copy.setAttribute('xmlns', 'http://www.w3.org/1999/xhtml')
  const html = new XMLSerializer().serializeToString(copy).replaceAll(` ${aside}="`, ' style="')
  return `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${html}</foreignObject></svg>`
}

/** copied is an element with its styles written into it; what is not seen is left out. */
function copied(from: Element): Element | null {
  const style = getComputedStyle(from)
  if (style.display === 'none' || from.classList.contains('hidden') || from.hasAttribute('popover')) return null
  const to = from instanceof HTMLCanvasElement ? imageOf(from) : (from.cloneNode(false) as Element)
  for (const name of to.getAttributeNames()) if (/^(class|style|on.*|href|tabindex)$/.test(name)) to.removeAttribute(name)
  // What can be scrolled is cut at its edge; a picture has no bars to scroll by.
  const valueOf = (p: string) => (p.startsWith('overflow') && /auto|scroll/.test(style.getPropertyValue(p)) ? 'hidden' : style.getPropertyValue(p))
  to.setAttribute(aside, properties.map((p) => `${p}:${valueOf(p)}`).filter((d) => !/:(none|normal|auto)?$/.test(d) || /^(fill|list-style-type):/.test(d)).join(';'))
  for (const child of from.childNodes) {
    const made = child instanceof Element ? copied(child) : child instanceof Text ? child.cloneNode() : null
    if (made) to.append(made)
  }
  // What is scrolled is drawn as it stands.
  const first = to.firstElementChild
  if (from.scrollTop > 0 && first) first.setAttribute(aside, `${first.getAttribute(aside)};margin-top:-${from.scrollTop}px`)
  return to
}

function imageOf(canvas: HTMLCanvasElement): HTMLImageElement {
  const image = document.createElement('img')
  if (canvas.width > 0 && canvas.height > 0) image.src = canvas.toDataURL('image/png')
  return image
}

function loaded(source: string): Promise<HTMLImageElement> {
  return new Promise((done, failed) => {
    const image = new Image()
    image.onload = () => done(image)
    image.onerror = () => failed(new Error('The browser could not draw this panel as a picture.'))
    image.src = source
  })
}
