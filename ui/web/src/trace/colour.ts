const byPhase: Record<string, string> = {
  choose: 'gateway', finish: 'gateway', proxy: 'gateway', send: 'network', receive: 'network',
}

/** phaseColour is the colour of a phase or of a part, the same everywhere. */
export function phaseColour(name: string): string {
  return `var(--phase-${byPhase[name] ?? name})`
}
