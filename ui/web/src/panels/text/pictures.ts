/** Icons that dashboards name as Font Awesome 4 has them, and the logo; own strokes, nothing is fetched. */
const space = 'http://www.w3.org/2000/svg'

const strokes: Record<string, string> = {
  book: 'M8 3.5C6.5 2.6 4.5 2.3 2.5 2.5v10c2-.2 4 .1 5.5 1 1.5-.9 3.5-1.2 5.5-1v-10c-2-.2-4 .1-5.5 1zM8 3.5v10',
  github: 'M6 14v-2.1c-2 .5-2.6-1-3.2-1.8M10 14v-2.6c0-.6-.1-1-.4-1.3 1.9-.2 3.4-1 3.4-3.7 0-.8-.3-1.5-.8-2.1.2-.7.1-1.4-.1-2-.6-.1-1.4.2-2.1.7a7.2 7.2 0 0 0-4 0c-.7-.5-1.5-.8-2.1-.7-.2.6-.3 1.3-.1 2-.5.6-.8 1.3-.8 2.1 0 2.7 1.5 3.5 3.4 3.7-.3.3-.4.7-.4 1.3V14',
  'external-link': 'M7 3H3v10h10V9M9.5 2.5h4v4M13.5 2.5 7.5 8.5',
  link: 'M6.8 9.2a2.5 2.5 0 0 0 3.6 0l2.2-2.2a2.5 2.5 0 0 0-3.6-3.6l-.8.8M9.2 6.8a2.5 2.5 0 0 0-3.6 0L3.4 9a2.5 2.5 0 0 0 3.6 3.6l.8-.8',
  home: 'm2 8 6-5.5L14 8M4 7v6.5h3V10h2v3.5h3V7',
  info: 'M8 7.2v5M8 4v.2',
  'info-circle': 'M8 1.8a6.2 6.2 0 1 0 0 12.4A6.2 6.2 0 0 0 8 1.8M8 7.2v4M8 4.8v.2',
  question: 'M5.5 6a2.5 2.5 0 1 1 3.6 2.2c-.8.4-1.1.8-1.1 1.6M8 12.2v.2',
  warning: 'M8 2 1.5 13.5h13zM8 6.5v3M8 11.6v.2',
  check: 'm3 8.5 3.2 3.2L13 5',
  times: 'm4 4 8 8M12 4l-8 8',
  envelope: 'M2 3.5h12v9H2zM2 4l6 5 6-5',
  users: 'M6 3a2.3 2.3 0 1 0 0 4.6A2.3 2.3 0 0 0 6 3M1.8 13c.3-2.6 2-3.8 4.2-3.8s3.9 1.2 4.2 3.8M10.5 3.2a2.3 2.3 0 0 1 0 4.3M11.7 9.4c1.5.5 2.4 1.7 2.6 3.6',
  server: 'M2.5 3h11v4h-11zM2.5 9h11v4h-11zM5 5v.1M5 11v.1',
  dashboard: 'M2 11.5a6 6 0 1 1 12 0zM8 11 10.5 6.5',
  'line-chart': 'M2 2.5v11h12M4 10.5l3-3.5 2.5 2L13.5 4',
  bug: 'M5 6.5h6v4a3 3 0 0 1-6 0zM6 6.5a2 2 0 0 1 4 0M2 5l3 2M14 5l-3 2M1.5 9H5M14.5 9H11M2 13.5l3-2M14 13.5l-3-2',
  cog: 'M8 5.5a2.5 2.5 0 1 0 0 5 2.5 2.5 0 0 0 0-5M8 1.5v2M8 12.5v2M1.5 8h2M12.5 8h2M3.4 3.4l1.4 1.4M11.2 11.2l1.4 1.4M3.4 12.6l1.4-1.4M11.2 4.8l1.4-1.4',
  circle: 'M8 3a5 5 0 1 0 0 10A5 5 0 0 0 8 3',
}
const same: Record<string, string> = { 'exclamation-triangle': 'warning', 'question-circle': 'question', close: 'times', chain: 'link', gear: 'cog', tachometer: 'dashboard', 'area-chart': 'line-chart', 'bar-chart': 'line-chart', 'github-alt': 'github', 'book-open': 'book' }

/** awesome is an icon of that name, a small square where there is none. */
export function awesome(name: string): SVGSVGElement {
  const svg = picture(16, 16)
  svg.setAttribute('class', 'icon')
  svg.append(path(strokes[same[name] ?? name] ?? 'M5 5h6v6H5z', 'none', 'currentColor', 1.4))
  return svg
}

/** logo stands where upstream's logo was meant to be, as large as that. */
export function logo(of: HTMLImageElement): SVGSVGElement {
  const svg = picture(100, 64)
  svg.setAttribute('class', 'logo')
  svg.setAttribute('role', 'img')
  svg.setAttribute('aria-label', of.alt || 'SuperSONIC')
  for (const name of ['width', 'height', 'margin-right', 'margin-left', 'margin', 'max-width', 'max-height', 'float']) svg.style.setProperty(name, of.style.getPropertyValue(name))
  if (!of.style.width && of.width > 0) svg.style.width = `${of.width}px`
  if (!of.style.height) svg.style.height = 'auto'
  svg.append(path('M6 46C30 44 62 34 94 8 82 36 60 52 34 56c10-3 20-7 28-13-16 5-36 6-56 3z', 'var(--accent)', 'none', 0))
  svg.append(path('M10 30h26M4 22h22M20 14h20', 'none', 'var(--warn)', 3.5))
  return svg
}

function picture(width: number, height: number): SVGSVGElement {
  const svg = document.createElementNS(space, 'svg')
  svg.setAttribute('viewBox', `0 0 ${width} ${height}`)
  svg.setAttribute('focusable', 'false')
  return svg
}

function path(d: string, fill: string, stroke: string, width: number): SVGPathElement {
  const p = document.createElementNS(space, 'path')
  for (const [name, value] of Object.entries({ d, fill, stroke, 'stroke-width': String(width), 'stroke-linecap': 'round', 'stroke-linejoin': 'round' })) p.setAttribute(name, value)
  return p
}
