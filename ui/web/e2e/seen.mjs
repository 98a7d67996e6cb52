/** What is seen of a panel, by its kind, held against the tables of its CSV, which are held against the stores. */
import assert from 'node:assert/strict'
import { near } from './written.mjs'

const texts = (rows) => rows.evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim())))
/** told are the rows of the table that those who do not see a panel are told. */
const told = (panel) => panel.locator('table.hidden tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.textContent)))
const isNear = (text, value, what) => assert.ok(near(text, Number(value)), `${what} is ${value}, seen: ${text}`)
/** columnsOf are the numbers of each column but the first, without those that are not there. */
const columnsOf = ({ head, rows }) => new Map(head.slice(1).map((h) => [h.replace(/^'/, ''), rows.map((r) => r[h]).filter((v) => v !== '').map(Number)]))
const namesAre = (seen, want) => assert.deepEqual([...seen].sort(), [...want].sort())

/** eachOf holds [name, text] pairs against the one row of a table. */
function eachOf(pairs, table) {
  const want = columnsOf(table)
  namesAre(pairs.map(([name]) => name), want.keys())
  for (const [name, text] of pairs) isNear(text, want.get(name)[0], name)
}

export const seenOf = {
  async timeseries(page, panel, [table]) {
    const want = columnsOf(table)
    const rows = await texts(panel.locator('.legend tbody tr'))
    namesAre(rows.map(([name]) => name), want.keys())
    for (const [name, most] of rows) isNear(most, Math.max(...want.get(name)), `the largest of ${name}`)
    const box = await panel.locator('.u-over').boundingBox()
    await page.mouse.move(box.x + box.width * 0.8, box.y + box.height / 2)
    const tip = page.locator('.tip')
    await tip.waitFor()
    const at = `${(await tip.locator('.head').innerText()).replace(' ', 'T')}Z`
    const row = table.rows.find((r) => Date.parse(r.Time) === Date.parse(at)) ?? assert.fail(`a tooltip at ${at}`)
    const [[, name, text]] = await texts(tip.locator('tbody tr'))
    isNear(text, row[name], `${name} at ${at}`)
  },
  stat: async (page, panel, [table]) => eachOf(await panel.locator('.card').evaluateAll((all) => all.map((c) => [c.querySelector('.name').textContent, c.querySelector('.value').textContent])), table),
  gauge: async (page, panel, [table]) => eachOf(await panel.getByRole('img').evaluateAll((all) => all.map((g) => /^(.*): (.*), of .* to /.exec(g.getAttribute('aria-label')).slice(1))), table),
  async bargauge(page, panel, [table]) {
    const bars = await panel.getByRole('meter').evaluateAll((all) => all.map((m) => [m.getAttribute('aria-label'), m.querySelector('.value').textContent, ['width', 'height'].map((side) => m.querySelector('.fill').getBoundingClientRect()[side] / m.querySelector('.track').getBoundingClientRect()[side])]))
    eachOf(bars, table)
    const want = columnsOf(table)
    const all = [...want.values()].map(([v]) => v)
    const [least, most] = [Math.min(...all), Math.max(...all)]
    for (const [name, , lengths] of bars) {
      const share = most > least ? (want.get(name)[0] - least) / (most - least) : lengths[0]
      assert.ok(Math.min(...lengths.map((l) => Math.abs(l - share))) < 0.03, `the bar of ${name} is ${lengths} long, its share is ${share}`)
    }
  },
  async piechart(page, panel, [table]) {
    const rows = await told(panel)
    eachOf(rows, table)
    const want = columnsOf(table)
    const total = [...want.values()].reduce((sum, [v]) => sum + v, 0)
    for (const [name, , percent] of rows) assert.ok(Math.abs(parseFloat(percent) - (100 * want.get(name)[0]) / total) <= 0.51, `${name}: ${percent} of ${total}`)
  },
  async barchart(page, panel, [table]) {
    for (const [name, text] of await told(panel)) isNear(text.replace(/^Value:? /, ''), table.rows.find((r) => r.model === name).Value, name)
  },
  async table(page, panel, [table]) {
    const head = (await panel.locator('thead th').allInnerTexts()).map((h) => h.trim())
    const rows = (await texts(panel.locator('tbody tr'))).map((cells) => Object.fromEntries(head.map((h, i) => [h, cells[i]])))
    assert.equal(rows.length, table.rows.length)
    for (const row of rows) {
      const want = table.rows.find((r) => r.server === row.server && r.model === row.model)
      isNear(row.Value, want.Value, `${row.server}, ${row.model}`)
      assert.equal(Date.parse(`${row.Time.replace(' ', 'T')}Z`), Math.floor(Date.parse(want.Time) / 1000) * 1000)
    }
  },
  async histogram(page, panel, [table]) {
    const counts = new Map()
    for (const cells of await told(panel)) for (const cell of cells.slice(1)) {
      const [, name, n] = /^(.*): (\d+)$/.exec(cell)
      counts.set(name, (counts.get(name) ?? 0) + Number(n))
    }
    assert.deepEqual([...counts].sort(), [...columnsOf(table)].map(([name, values]) => [name, values.length]).sort(), 'each value is counted once')
  },
  async heatmap(page, panel, [table]) {
    const plot = await panel.locator('[aria-roledescription="heat map"]').boundingBox()
    const tip = page.locator('.tip')
    let counted = 0
    for (const x of [0.3, 0.5, 0.7]) for (let y = 0.06; y < 0.75; y += 0.05) {
      await page.mouse.move(plot.x + plot.width * x, plot.y + plot.height * y)
      if ((await tip.count()) === 0) continue
      const said = (await tip.innerText()).replaceAll(/\s+/g, ' ')
      const [, begin, upper = '+Inf', n] = /^(\S+ \S+) to \S+ (?:\S+ to (\S+)|more than 30) (\S+(?: K)?)$/.exec(said) ?? assert.fail(said)
      const row = table.rows.find((r) => Date.parse(r.Time) === Date.parse(`${begin.replace(' ', 'T')}Z`)) ?? assert.fail(`a column at ${begin}`)
      const bucket = table.head.find((h) => h.replace(/^'/, '') === upper || Number(h) === Number(upper)) ?? assert.fail(`a bucket up to ${upper} among ${table.head}`)
      isNear(n, row[bucket], said)
      if (Number(row[bucket]) > 0) counted++
    }
    assert.ok(counted >= 3, `${counted} cells with something`)
  },
  async 'state-timeline'(page, panel, [table]) {
    const rows = await told(panel)
    const want = columnsOf(table)
    namesAre(rows.map(([name]) => name), want.keys())
    for (const [name, text] of rows) {
      const values = want.get(name)
      const [, now, states] = /^now (.*); (\d+) states$/.exec(text)
      assert.deepEqual([Number(now), Number(states)], [values.at(-1), values.filter((v, i) => v !== values[i - 1]).length], name)
    }
  },
  async nodeGraph(page, panel, [nodes, edges]) {
    const bare = (text) => text.replace(/ [a-z]+\/[a-z]+$/, '')
    const seen = await panel.locator('g.node').evaluateAll((all) => all.map((g) => [g.querySelector('[data-node]').dataset.node, g.querySelector('.main')?.textContent, g.querySelector('.secondary')?.textContent, [...g.querySelectorAll('.arc')].map((a) => [a.querySelector('title').textContent, Number.parseFloat(a.getAttribute('stroke-dasharray')) / Number(a.getAttribute('stroke-dasharray').split(' ')[1])])]))
    namesAre(seen.map(([id]) => id), nodes.rows.map((r) => r['Service name']))
    for (const [id, main, second, arcs] of seen) {
      const want = nodes.rows.find((r) => r['Service name'] === id)
      const failed = Object.fromEntries(arcs).Failed ?? 0
      assert.ok(Math.abs(failed - Number(want.Failed)) < 0.001, `the ring of ${id}: ${failed}, ${want.Failed} failed`)
      if (want['Requests per second'] === '') continue
      isNear(bare(main), want['Average response time'], id)
      isNear(bare(second), want['Requests per second'], id)
    }
    for (const said of await panel.locator('[data-edge]').evaluateAll((all) => all.map((e) => [e.dataset.edge, e.getAttribute('aria-label')]))) {
      const want = edges.rows.find((r) => `${r['edges source']}>${r['edges target']}` === said[0])
      const [ms, rate] = said[1].split(': ').at(-1).split(', ')
      isNear(bare(ms), want['Average response time'], said[0])
      isNear(bare(rate), want['Requests per second'], said[0])
    }
  },
  async traces(page, panel, [table]) {
    const head = (await panel.locator('thead th').allInnerTexts()).map((h) => h.replace(/[↑↓]/, '').trim())
    const rows = (await texts(panel.locator('tbody tr'))).map((cells) => Object.fromEntries(head.map((h, i) => [h, cells[i]])))
    assert.equal(rows.length, table.rows.length)
    for (const row of rows) {
      const want = table.rows.find((r) => r['Trace ID'] === row['Trace ID']) ?? assert.fail(JSON.stringify(row))
      assert.deepEqual([row.Service, row.Name], [want.Service, want.Name])
      isNear(row.Duration, want.Duration, `the duration of ${row['Trace ID']}`)
    }
  },
}
