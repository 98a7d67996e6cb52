/** Several queries whose answers are lines on the same times are one chart. */
import type { ExploreChart } from '../lib/api'

/** joined puts lines of the same times and unit into one chart; anything else stays by itself. */
export function joined(charts: ExploreChart[]): ExploreChart[] {
  const out: ExploreChart[] = []
  for (const c of charts) {
    const before = out.find((o) => o.kind === 'lines' && c.kind === 'lines' && sameTimes(o, c))
    if (!before) {
      out.push({ ...c, series: [...c.series], exemplars: [...c.exemplars], rows: [...c.rows], warnings: [...c.warnings] })
      continue
    }
    const shift = before.series.length
    before.series.push(...c.series)
    before.exemplars.push(...c.exemplars.map((e) => ({ ...e, series: e.series < 0 ? e.series : e.series + shift })))
    before.rows.push(...c.rows)
    before.warnings.push(...c.warnings.filter((w) => !before.warnings.includes(w)))
    before.seriesTotal += c.seriesTotal
    before.query += `, ${c.query}`
    if (before.unit !== c.unit) before.unit = ''
  }
  return out
}

const sameTimes = (a: ExploreChart, b: ExploreChart) => a.timesMs.length === b.timesMs.length && a.timesMs[0] === b.timesMs[0] && a.stepMs === b.stepMs
