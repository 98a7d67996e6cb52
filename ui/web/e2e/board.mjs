/**
 * A dashboard of metrics/testdata/reader-dashboard.json in Chromium, before a
 * Prometheus that scrapes three servers with GPUs, and our own home dashboard:
 *
 *   SITE_URL=http://127.0.0.1:3000 INGRESS=http://127.0.0.1:1/a/path STRIPS=... node e2e/board.mjs
 *
 * Annotations by query, repeats, ad hoc filters, files, keys, undo, time zones, kiosk,
 * an ingress with a path; every page at 360 px and before axe in both colours. What is
 * shown is held against the metrics store's own answers, asked through the proxy.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { inkOf, pixelsOf } from './pixels.mjs'
import { reader, site } from './reader.mjs'

await reader(site, async (r) => {
  const { page, does, until, quiet, sound, shot, panel, textOf, faults } = r
  const asks = r.promql
  const pods = (await asks('sum by (pod) (nv_gpu_utilization)')).map((s) => s.metric.pod).sort()
  const titles = () => page.locator('[data-panel] h3').allInnerTexts()
  const open = async (path = 'd/reader/x?refresh=') => {
    await page.goto(`${site}/${path}`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
  }
  const param = (name) => new URL(page.url()).searchParams.get(name)
  /** read moves to the last value of a chart by keys and gives what is said. */
  const read = async (title) => {
    await panel(title).locator('.plot').first().focus()
    await page.keyboard.press('End')
    const said = panel(title).locator('[aria-live]').first()
    await until(`${title} says its last values`, async () => /: /.test(await said.innerText()))
    const text = await said.innerText()
    await page.keyboard.press('Escape')
    return text
  }

  await does('panels of GPUs and the number of servers on the home dashboard', async () => {
    await open('?refresh=')
    const [{ value: [, servers] }] = await asks('count(count by (pod) (nv_inference_count))')
    await until('the number of servers', async () => {
      if ((await textOf('Triton servers')) === servers) return true
      await page.getByRole('button', { name: 'Refresh', exact: true }).click()
      await quiet()
      return textOf('Triton servers')
    })
    for (const [title, query] of [['GPU utilization', 'avg by (pod) (nv_gpu_utilization)'], ['GPU power usage', 'avg by (pod) (nv_gpu_power_usage / nv_gpu_power_limit)'], ['GPU memory usage', 'avg by (pod) (nv_gpu_memory_used_bytes / nv_gpu_memory_total_bytes)']]) {
      await panel(title).scrollIntoViewIfNeeded()
      const said = (text, s) => Number(new RegExp(`${s.metric.pod} ([\\d.]+)%`).exec(text)?.[1])
      await until(`${title} of each pod is what the store says, and its legend names them`, async () => {
        const [legend, text, series] = [await textOf(title), await read(title), await asks(query)]
        if (pods.every((p) => legend.includes(p) && series.some((s) => s.metric.pod === p)) && series.every((s) => Math.abs(said(text, s) - 100 * s.value[1]) < 0.6)) return true
        await page.getByRole('button', { name: 'Refresh', exact: true }).click() // the last step may be before a scrape
        await quiet()
        return { legend, text, series }
      })
    }
    await shot('gpus')
  })

  await does('panels and rows are repeated for each value of a variable', async () => {
    await open()
    await until('a panel for each pod', async () => {
      const all = await titles()
      return (pods.every((p) => all.includes(`Use of ${p}`)) && all.filter((t) => t.startsWith('Use of')).length === pods.length) || all
    })
    for (const pod of pods) {
      await page.getByRole('button', { name: `Server ${pod}`, exact: true }).waitFor()
      await panel(`Memory of ${pod}`).scrollIntoViewIfNeeded()
      await quiet()
      const [{ value: [, bytes] }] = await asks(`sum(nv_gpu_memory_used_bytes{pod="${pod}"})`)
      await until(`the memory of ${pod}`, async () => {
        const text = await textOf(`Memory of ${pod}`)
        return Math.abs(parseFloat(text) * 2 ** 30 - bytes) < bytes * 0.01 || text
      })
    }
    await shot('repeats')
    await page.goto(`${site}/d/reader/x?refresh=&var-pod=${pods[1]}`)
    await until('one pod, one panel', async () => {
      const all = await titles()
      return JSON.stringify(all.filter((t) => t.startsWith('Use of'))) === JSON.stringify([`Use of ${pods[1]}`]) || all
    })
  })

  await does('annotations by query are on the charts, and off', async () => {
    await open()
    const chart = panel(`Use of ${pods[0]}`)
    const flags = chart.getByRole('button', { name: /^Annotation: / })
    await flags.first().waitFor()
    const named = new Set(await flags.evaluateAll((all) => all.map((e) => e.getAttribute('aria-label'))))
    const busy = (await asks('nv_gpu_utilization > 0.5')).map((s) => `Annotation: ${s.metric.pod} is busy`)
    assert.deepEqual([...named].sort(), [...new Set(busy)].sort())
    await page.getByRole('checkbox', { name: 'Busy' }).uncheck()
    await until('the marks are gone', async () => (await flags.count()) === 0)
    assert.equal(param('marks'), 'Busy')
    await page.getByRole('checkbox', { name: 'Busy' }).check()
    await flags.first().waitFor()
  })

  await does('an ad hoc filter holds for every query', async () => {
    await open()
    await until('all servers', async () => (await textOf('Servers')) === String(pods.length) || textOf('Servers'))
    await page.getByRole('button', { name: 'Add a filter to Filters' }).click()
    await page.getByLabel('Label', { exact: true }).fill('pod')
    await page.getByLabel('Value', { exact: true }).fill(pods[2])
    await page.keyboard.press('Enter')
    await until('one server is left', async () => (await textOf('Servers')) === '1' || textOf('Servers'))
    assert.equal(param('var-filters'), `pod|=|${pods[2]}`)
    await page.reload()
    await quiet()
    await until('the address keeps it', async () => (await textOf('Servers')) === '1' || textOf('Servers'))
    await page.getByLabel('Operator of pod').selectOption('!=')
    await until('the others are left', async () => (await textOf('Servers')) === String(pods.length - 1) || textOf('Servers'))
    await page.getByRole('button', { name: 'Remove the filter on pod' }).click()
    await until('all are back', async () => (await textOf('Servers')) === String(pods.length) || textOf('Servers'))
  })

  await does('a panel as CSV and as PNG: what they hold', async () => {
    await open()
    const download = async (title, item) => {
      await panel(title).hover()
      await panel(title).getByRole('button', { name: /^Menu of/ }).click()
      const file = page.waitForEvent('download')
      await page.getByRole('menuitem', { name: item }).click()
      return readFileSync(await (await file).path())
    }
    const rows = (await download('Power of each', 'Download CSV')).toString().trim().split('\r\n').map((l) => l.split(','))
    const want = (await asks('sum by (pod) (nv_gpu_power_usage)')).map((s) => [s.metric.pod, Number(s.value[1])]).sort()
    const [pod, value] = [rows[0].indexOf('pod'), rows[0].length - 1]
    assert.deepEqual(rows.slice(1).map((l) => [l[pod], Number(l[value])]).sort(), want)
    for (const l of rows.slice(1)) assert.match(l[rows[0].indexOf('Time')], /^\d{4}-\d\d-\d\dT[\d:.]+Z$/)
    const [head, ...points] = (await download(`Use of ${pods[0]}`, 'Download CSV')).toString().trim().split('\r\n').map((l) => l.split(','))
    assert.deepEqual(head, ['Time', pods[0]])
    assert.equal(Number(points.at(-1)[1]), Number((await asks(`nv_gpu_utilization{pod="${pods[0]}"}`))[0].value[1]))
    const picture = pixelsOf(await download(`Use of ${pods[0]}`, 'Download PNG'))
    assert.ok(inkOf(picture, 0, 0, picture.width, picture.height) > 1000, 'the picture shows something')
  })

  await does('local time and UTC', async () => {
    await open()
    const cell = () => panel('Power of each').locator('tbody tr').first().innerText()
    const hour = async () => Number(/(\d\d):\d\d:\d\d/.exec(await cell())[1])
    const local = await hour()
    await page.getByRole('button', { name: 'More', exact: true }).click()
    await page.getByRole('menuitemcheckbox', { name: 'UTC instead of local time' }).click()
    await until('the address says UTC', () => param('timezone') === 'utc')
    await quiet()
    await until('the table is in UTC', async () => [0, 1].includes((new Date().getUTCHours() - (await hour()) + 24) % 24) || cell())
    const behind = (local - (await hour()) + 24) % 24 // the reader is in Tokyo
    assert.ok(behind === 9 || behind === 10 || behind === 8, `Tokyo's hour is ${local}, UTC's ${await hour()}`)
    assert.match(await page.getByRole('button', { name: /^Time range/ }).innerText(), /UTC/)
  })

  await does('kiosk', async () => {
    await open('d/reader/x?refresh=&kiosk=1')
    assert.equal(await page.getByRole('navigation').count(), 0)
    await page.keyboard.press('Escape')
    await page.getByRole('navigation', { name: 'Pages' }).waitFor()
    await open(`d-solo/reader/x?panelId=1`)
    assert.equal(await page.locator('[data-panel]').count(), 1)
    assert.equal(await page.getByRole('navigation').count(), 0)
  })

  await does('undo and redo in the editor of a panel', async () => {
    await open('d/reader/x?refresh=&editPanel=1')
    const title = page.getByLabel('Title').first()
    await title.fill('Pods')
    await title.press('Tab')
    const shown = () => page.locator('.preview h3').innerText()
    await until('the preview has it', async () => (await shown()) === 'Pods')
    await page.getByRole('button', { name: 'Undo' }).click()
    await until('undone', async () => (await shown()) === 'Servers')
    await page.getByRole('button', { name: 'Redo' }).click()
    await until('done again', async () => (await shown()) === 'Pods')
    await page.getByRole('button', { name: 'Discard' }).click()
    await until('discarded', async () => (await titles()).includes('Servers'))
    await page.getByRole('button', { name: 'Stop editing' }).click()
  })

  await does('every key of the list does what it says', () => everyKey(r, open, param))

  await does('behind an ingress with a path, kept and stripped', async () => {
    for (const base of [process.env.INGRESS, process.env.STRIPS].filter(Boolean)) {
      const other = await page.context().newPage()
      const bad = []
      other.on('response', (a) => a.status() >= 400 && !a.url().startsWith(`${base}/api/`) && bad.push(`${a.status()} ${a.url()}`)) // the site has no trace store
      other.on('request', (q) => /^https?:/.test(q.url()) && !q.url().startsWith(`${base}/`) && bad.push(`outside the path: ${q.url()}`))
      await other.goto(`${base}/d/reader/x?refresh=`)
      await other.getByRole('heading', { name: `Use of ${pods[0]}` }).waitFor()
      for (const name of ['Explore', 'Map', 'Status', 'Dashboards']) {
        await other.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: new RegExp(`^${name}`) }).click()
        await other.locator('main h1, main h2, main [data-panel], main form, main .notice').first().waitFor()
        assert.ok(other.url().startsWith(`${base}/`), other.url())
      }
      await other.reload()
      await other.locator('[data-panel]').first().waitFor()
      await other.goto(`${base}/?refresh=`)
      await other.getByRole('link', { name: 'Status of this site' }).click() // of a text, which names a path
      await other.getByRole('table', { name: 'Roles' }).or(other.getByRole('heading', { name: 'Status', level: 1 })).first().waitFor()
      assert.equal(new URL(other.url()).pathname, `${new URL(base).pathname}/status`)
      assert.deepEqual(bad, [], `behind ${base}`)
      await other.close()
    }
  })

  await does('every page fits 360 px, and axe has nothing against it, dark and light', async () => {
    const pages = ['d/reader/x?refresh=', '?refresh=', 'dashboards', 'explore', 'explore?type=promql&q=up', 'map', 'latency', 'status', 'trace/upload', 'trace/abc', 'd/reader/x?refresh=&editPanel=2', 'login', 'nosuch']
    const bad = []
    for (const path of pages) {
      await page.setViewportSize({ width: 360, height: 740 })
      await page.goto(`${site}/${path}`)
      await page.locator('main h1, main h2, main h3, main form, main [data-panel], main section, main .notice').first().waitFor()
      await quiet()
      const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
      if (wide > 0) bad.push(`${path}: ${wide} px wider than a phone`)
      await shot(`phone-${path.replaceAll(/\W+/g, '-')}`)
      await page.setViewportSize({ width: 1440, height: 900 })
      for (const colorScheme of ['dark', 'light']) {
        await page.emulateMedia({ colorScheme })
        await sound(`${path} in ${colorScheme} colours`).catch((e) => bad.push(e.message))
      }
    }
    faults.splice(0, faults.length, ...faults.filter((f) => !/50[234]/.test(f))) // the site has no trace store
    assert.deepEqual(bad, [])
  })
}, { timezoneId: 'Asia/Tokyo', permissions: ['clipboard-read', 'clipboard-write'] })

/** everyKey tries each key that the help lists on a dashboard with a panel under the pointer. */
async function everyKey({ page, until, chord: press, panel }, open, param) {
  const fresh = async () => {
    await open()
    await page.mouse.move(2, 2)
    await panel('Use of triton-0').hover()
  }
  const dialog = (name) => page.getByRole('dialog', name ? { name } : {}).first()
  const to = (path) => until(path, () => new RegExp(`${path}(\\?|$)`).test(page.url()) || page.url())
  const span = () => Number(param('to')) - Number(param('from'))
  const panels = () => page.locator('[data-panel]').count()
  const legend = () => panel('Use of triton-0').locator('.body').innerText()
  const changes = async (what, keys) => {
    const before = await what()
    await press(...keys)
    await until(`${keys} changes what is seen`, async () => (await what()) !== before)
  }
  const done = {
    '?': async () => { await press('?'); await dialog('Keys').waitFor() },
    'mod+k': async () => { await press('Control+k'); await page.getByRole('combobox', { name: /^Search pages/ }).waitFor() },
    'g h': async () => { await press('g', 'h'); await until('home', () => !page.url().includes('/d/reader')) },
    'g d': async () => { await press('g', 'd'); await to('/dashboards') },
    'g e': async () => { await press('g', 'e'); await to('/explore') },
    'g l': async () => { await press('g', 'l'); await to('/latency') },
    'g m': async () => { await press('g', 'm'); await to('/map') },
    'g s': async () => { await press('g', 's'); await to('/status') },
    'd k': async () => { await press('d', 'k'); await until('kiosk', async () => (await page.getByRole('navigation').count()) === 0) },
    't z': async () => { await press('t', 'z'); await until('longer', () => span() > 440_000 || span()) },
    'ctrl+z': async () => { await press('Control+z'); await until('longer', () => span() > 440_000 || span()) },
    't ArrowLeft': async () => { await press('t', 'ArrowLeft'); await until('earlier', () => Number(param('to')) < Date.now() - 100_000) },
    't ArrowRight': async () => { await press('t', 'ArrowRight'); await until('later', () => Number(param('to')) > Date.now() + 60_000) },
    't a': async () => { await press('t', 'a'); await until('absolute', () => /^\d{13}$/.test(param('from') ?? '')) },
    't c': async () => { await press('t', 'c'); await until('copied', async () => /"from":"now-5m"/.test(await page.evaluate(() => navigator.clipboard.readText()))) },
    't v': async () => {
      await page.evaluate(() => navigator.clipboard.writeText('{"from":"now-17m","to":"now-2m"}'))
      await press('t', 'v')
      await until('pasted', () => param('from') === 'now-17m' && param('to') === 'now-2m')
    },
    'd r': async () => {
      const asked = page.waitForRequest(/api\/panel/)
      await press('d', 'r')
      await asked
    },
    'd C': () => changes(panels, ['d', 'Shift+C']),
    'd E': async () => { await changes(panels, ['d', 'Shift+C']); await changes(panels, ['d', 'Shift+E']) },
    'd e': async () => { await press('d', 'e'); await page.getByRole('button', { name: 'Stop editing' }).waitFor() },
    'd s': async () => { await press('d', 's'); await dialog().waitFor() },
    'mod+s': async () => { await press('d', 'e'); await page.getByRole('button', { name: 'Stop editing' }).waitFor(); await press('Control+s'); await dialog().waitFor() },
    Escape: async () => { await press('v'); await until('alone', () => param('viewPanel') !== null); await press('Escape'); await until('all', () => param('viewPanel') === null) },
    v: async () => { await press('v'); await until('alone', () => param('viewPanel') !== null) },
    e: async () => { await press('e'); await page.getByRole('region', { name: 'Queries' }).waitFor() },
    i: async () => { await press('i'); await dialog().waitFor() },
    'p s': async () => { await press('p', 's'); await dialog().waitFor() },
    'p x': async () => { await press('p', 'x'); await to('/explore') },
    'p l': () => changes(legend, ['p', 'l']),
    // The keys of the dashboard still work when a panel came.
    'p d': async () => { await changes(panels, ['p', 'd']); await press('Control+s'); await dialog().waitFor() },
    'p r': () => changes(panels, ['p', 'r']),
  }
  await fresh()
  await page.keyboard.press('?')
  await dialog('Keys').waitFor()
  const sign = { '←': 'ArrowLeft', '→': 'ArrowRight', Esc: 'Escape' }
  const listed = await dialog('Keys').locator('dt').evaluateAll((all) => all.flatMap((dt) => {
    const ways = [[]]
    for (const n of dt.childNodes) if (n.nodeName === 'KBD') ways.at(-1).push(n.textContent)
      else if (n.nodeName === 'SPAN') ways.push([])
    return ways
  }))
  const names = listed.map((way) => way.map((k) => sign[k] ?? k)).map((way) => (way[0] === 'Ctrl' ? (way[1] === 'z' ? 'ctrl+z' : `mod+${way[1]}`) : way.join(' ')))
  assert.deepEqual([...new Set(names)].sort(), Object.keys(done).sort(), 'the help lists the keys that are tried here')
  await page.keyboard.press('Escape')
  const accept = (d) => void d.accept().catch(() => undefined) // of a draft that is left
  page.on('dialog', accept)
  for (const [keys, tried] of Object.entries(done)) {
    if (!/^g [^h]/.test(keys)) await fresh() // those work anywhere
    await tried().catch((e) => assert.fail(`key ${keys}: ${e.message}`))
  }
  await open()
  page.off('dialog', accept)
}
