import type { Trace } from '../lib/api'

const byPhase: Record<string, string> = {
  choose: 'gateway', finish: 'gateway', proxy: 'gateway', send: 'network', receive: 'network', before: 'wait', after: 'network', self: 'server',
}

/** phaseColour is the colour of a phase or of a part, the same everywhere. */
export function phaseColour(name: string): string {
  return `var(--phase-${byPhase[name] ?? name})`
}

/** hues is the number of colours that services take in turn. */
export const hues = 8

/** serviceColours gives each service of a trace its colour, in the order in which they come. */
export function serviceColours(trace: Pick<Trace, 'services'>): (service: string) => string {
  const index = new Map(trace.services.map((s, i) => [s.name, i % hues]))
  return (service) => `var(--service-${index.get(service) ?? hues - 1})`
}

/** heat goes from green over yellow to red: self time as a share of the trace. */
export function heat(share: number): string {
  const at = Math.min(1, Math.max(0, share))
  const [from, to, part] = at < 0.5 ? (['--good', '--warn', at * 2] as const) : (['--warn', '--bad', at * 2 - 1] as const)
  return `color-mix(in oklab, var(${to}) ${(part * 100).toFixed(0)}%, var(${from}))`
}
