/**
 * A picture of what is on the screen: the elements are copied with the styles that
 * they have into an SVG image, which a canvas draws. Nothing is fetched.
 */

// The policy of the page lets no style attribute be set, not even on a copy: the
// styles travel under another name until the copy is text.
const carrier = 'data-carried-style'
const skipped = new Set(['SCRIPT', 'STYLE', 'IFRAME', 'BUTTON'])

/** picture draws an element as PNG, twice as fine as the screen. */
export async function picture(element: HTMLElement, ground: string, scale = 2): Promise<Blob> {
  const { width, height } = element.getBoundingClientRect()
  const copy = copied(element, 'margin:0;position:static;')
  const text = new XMLSerializer().serializeToString(copy).replaceAll(` ${carrier}="`, ' style="')
  const svg = `<svg xmlns="http://www.w3.org/2000/svg" width="${width}" height="${height}"><foreignObject width="100%" height="100%">${text}</foreignObject></svg>`
  const image = new Image()
  image.src = `data:image/svg+xml;charset=utf-8,${encodeURIComponent(svg)}`
  await image.decode()
  const canvas = document.createElement('canvas')
  canvas.width = Math.ceil(width * scale)
  canvas.height = Math.ceil(height * scale)
  const pen = canvas.getContext('2d')!
  pen.fillStyle = ground
  pen.fillRect(0, 0, canvas.width, canvas.height)
  pen.scale(scale, scale)
  pen.drawImage(image, 0, 0)
  return new Promise((resolve, reject) => {
    canvas.toBlob((blob) => (blob ? resolve(blob) : reject(new Error('the picture could not be drawn'))), 'image/png')
  })
}

function copied(from: Element, more = ''): Element {
  if (from instanceof HTMLCanvasElement) {
    const image = document.createElement('img')
    image.src = from.toDataURL()
    styled(from, image)
    return image
  }
  const to = from.cloneNode(false) as Element
  styled(from, to, more)
  for (const child of from.childNodes) {
    if (child instanceof Text) to.append(child.cloneNode())
    else if (child instanceof Element && !skipped.has(child.tagName)) to.append(copied(child))
  }
  return to
}

function styled(from: Element, to: Element, more = '') {
  const style = getComputedStyle(from)
  let text = ''
  for (const name of style) text += `${name}:${style.getPropertyValue(name)};`
  to.setAttribute(carrier, text + more)
  to.removeAttribute('style')
  to.removeAttribute('class')
}
