/** Values as the page writes them, held against numbers. */
import assert from 'node:assert/strict'

const factors = { '': 1, '%': 0.01, ms: 1, s: 1000, 'µs': 0.001, ns: 1e-6, min: 60_000, K: 1000 }

/** numberOf reads a value as it is written: milliseconds, shares, or as it is. */
function numberOf(text) {
  const [, number, unit] = /^(-?[\d.]+) ?(\D*)$/.exec(text) ?? []
  assert.ok(factors[unit], `a value that cannot be read: ${text}`)
  return Number(number) * factors[unit]
}

/** near tells whether a written value is a number, but for its last digit. */
export function near(text, value) {
  const last = 10 ** -(/\.(\d+)/.exec(text)?.[1].length ?? 0) * factors[/\D*$/.exec(text)[0].trim()]
  return Math.abs(numberOf(text) - value) <= last * 0.51
}

/** lastsOf is the last value of each series of a chart, by name, as it is told to who does not see it. */
export async function lastsOf({ until }, panel) {
  const rows = () => panel.locator('.hidden table tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.textContent)))
  await until('the values of a chart are told', async () => (await rows()).length > 0)
  return new Map((await rows()).map(([name, , , last]) => [name, last]))
}
