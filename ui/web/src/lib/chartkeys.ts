/** stepTo is the point at which a key puts a chart's cursor, undefined for other keys; without one it comes from the end that is left behind. */
export function stepTo(key: string, index: number | null, last: number): number | undefined {
  const by = { ArrowLeft: -1, ArrowRight: 1, PageUp: -10, PageDown: 10 }[key]
  const to = key === 'Home' ? 0 : key === 'End' ? last : by === undefined ? undefined : (index ?? (by < 0 ? last + 1 : -1)) + by
  return to === undefined ? undefined : Math.max(0, Math.min(last, to))
}
