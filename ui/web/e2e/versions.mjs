/**
 * The versions of a dashboard in Chromium: saved by the API three times, then listed,
 * compared and restored by a reader; what is shown is held against what the API keeps.
 *
 * One that a file of the site brings (GIVEN) is edited, kept as JSON and saved as a copy.
 *
 *   SITE_URL=http://127.0.0.1:3000 GIVEN=given.json node e2e/versions.mjs
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { reader } from './reader.mjs'

const site = (process.env.SITE_URL ?? 'http://127.0.0.1:3000').replace(/\/$/, '')
const panel = (id, title, more = {}) => ({ id, type: 'stat', title, gridPos: { x: 6 * (id - 1), y: 0, w: 6, h: 4 }, targets: [{ refId: 'A', expr: 'up' }], ...more })
const saves = [
  { message: 'the first', panels: [panel(1, 'Servers')] },
  { message: 'load as well', panels: [panel(1, 'Servers'), panel(2, 'Load')] },
  { message: '', panels: [panel(1, 'Servers that answer', { targets: [{ refId: 'A', expr: 'sum(up)' }] })] },
]

await reader(site, async (r) => {
  const { page, does, until, quiet, sound, shot, json } = r
  for (const [version, { message, panels }] of saves.entries()) {
    await json('api/dashboards/save', { model: { uid: 'shift', title: 'Night shift', panels, time: { from: version ? 'now-3h' : 'now-1h', to: 'now' } }, version, message, copy: false })
  }
  const kept = () => json('api/dashboards/uid/shift/versions')
  const rows = () => page.locator('tbody tr')
  const said = () => page.getByRole('region', { name: /compared$/ }).locator('li').allInnerTexts().then((all) => all.map((t) => t.replace(/\s+/g, ' ')))

  await does("Grafana's address leads to the list: who, when and why", async () => {
    await page.goto(`${site}/d/shift/night-shift?editview=versions`)
    await page.getByRole('heading', { name: 'Versions of Night shift' }).waitFor()
    const { versions } = await kept()
    await rows().first().waitFor() // the heading comes before the list
    assert.equal(await rows().count(), versions.length)
    for (const [i, v] of versions.entries()) {
      const text = (await rows().nth(i).innerText()).replace(/\s+/g, ' ')
      const at = new Date(v.saved.atMs).toISOString().slice(0, 19).replace('T', ' ')
      for (const word of [String(v.version), at, v.saved.message || 'nothing was written']) assert.ok(text.includes(word), `${word} is not in ${text}`)
    }
    await sound('the versions of a dashboard')
    await shot('versions')
  })

  await does('the newest two are compared, then two others, in words and in JSON', async () => {
    await until('the newest and the one before', async () => JSON.stringify(await said()) === JSON.stringify(['changed panel “Servers that answer”: title, queries', 'gone panel “Load”']) || said())
    await page.getByRole('radio', { name: 'Compare to version 2' }).check()
    await until('the first and the second', async () => JSON.stringify(await said()) === JSON.stringify(['changed the dashboard: time range', 'new panel “Load”']) || said())
    assert.equal(new URL(page.url()).searchParams.get('compare'), '1..2')
    await page.getByRole('button', { name: 'Show the lines of JSON' }).click()
    const lines = await page.getByRole('region', { name: 'Lines of JSON' }).innerText()
    assert.match(lines, /^\+ +"title": "Load"/m)
    assert.match(lines, /^- +"from": "now-1h"/m)
    await page.reload()
    await until('the address keeps it', async () => (await said()).includes('new panel “Load”') || said())
    await shot('versions-compared')
  })

  await does('a version is restored by keys alone, and nothing is lost', async () => {
    await page.getByRole('button', { name: 'Restore version 2' }).focus()
    await page.keyboard.press('Enter')
    const dialog = page.getByRole('dialog', { name: 'Restore version 2' })
    await dialog.waitFor()
    await sound('the question before a version is restored')
    await dialog.getByRole('button', { name: 'Restore', exact: true }).focus()
    await page.keyboard.press('Enter')
    await page.getByText('Version 2 is restored, as version 4.').waitFor()
    const { versions } = await kept()
    assert.deepEqual(versions.map((v) => [v.version, v.panels, v.saved.message]), [[4, 2, 'version 2 restored'], [3, 1, ''], [2, 2, 'load as well'], [1, 1, 'the first']])
    await page.keyboard.press('Escape')
    await page.locator('[data-panel]').first().waitFor()
    await until('the dashboard has the panels of version 2', async () => JSON.stringify(await page.locator('[data-panel] h3').allInnerTexts()) === JSON.stringify(['Servers', 'Load']))
  })

  await does('somebody else saved meanwhile: nothing is restored', async () => {
    await page.goto(`${site}/d/shift/night-shift?editview=versions`)
    await page.getByRole('button', { name: 'Restore version 1' }).click()
    await json('api/dashboards/restore', { uid: 'shift', version: 3, current: 4 })
    await page.getByRole('dialog').getByRole('button', { name: 'Restore', exact: true }).click()
    await page.getByText(/Somebody else saved this dashboard meanwhile/).waitFor()
    assert.equal((await kept()).versions[0].version, 5)
    await until('five versions', async () => (await rows().count()) === 5 || rows().count())
    r.faults.splice(0, r.faults.length, ...r.faults.filter((f) => !/409/.test(f)))
  })

  await does('two tabs edit one dashboard: the second is told, compares, and nothing is lost', async () => {
    const model = () => json('api/dashboards/uid/shift/json')
    const heights = async () => (await model()).panels.map((p) => p.gridPos.h)
    const edits = async (tab, key) => {
      await tab.goto(`${site}/d/shift/x?refresh=`)
      await tab.locator('[data-panel]').first().waitFor()
      await tab.getByRole('button', { name: 'Edit', exact: true }).click()
      await tab.getByRole('button', { name: 'Settings' }).waitFor()
      await tab.locator('[data-panel]').first().focus()
      await tab.keyboard.press(key)
    }
    const saves = async (tab) => {
      await tab.keyboard.press('Control+s')
      await tab.getByRole('dialog').getByRole('button', { name: 'Save', exact: true }).click()
    }
    const other = await r.context.newPage()
    const [high] = await heights()
    await edits(page, 'Alt+Shift+ArrowDown')
    await edits(other, 'Alt+Shift+ArrowUp')
    await saves(page)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    assert.equal((await heights())[0], high + 1, 'the first is saved')
    await saves(other)
    await other.getByText(/saved version 6 at/).waitFor()
    await other.getByRole('button', { name: 'Compare the JSON' }).click()
    const lines = await other.getByRole('region', { name: 'Theirs and mine' }).innerText()
    assert.match(lines, new RegExp(`^- +"h": ${high + 1}`, 'm'))
    assert.match(lines, new RegExp(`^\\+ +"h": ${high - 1}`, 'm'))
    assert.equal((await heights())[0], high + 1, 'nothing is written over')
    await other.getByRole('button', { name: 'Save as a copy' }).first().click()
    await until('the copy has an address', () => /\/d\/(?!shift)/.test(other.url()) || other.url())
    const copy = await json(`api/dashboards/uid/${new URL(other.url()).pathname.split('/')[2]}/json`)
    assert.deepEqual([copy.panels[0].gridPos.h, (await heights())[0]], [high - 1, high + 1], 'both are kept')
    // And once more, with the second in place of the first.
    await edits(page, 'Alt+Shift+ArrowDown')
    await edits(other, 'Alt+Shift+ArrowUp')
    await saves(page)
    await page.getByRole('dialog').waitFor({ state: 'detached' })
    await saves(other)
    await other.getByRole('button', { name: 'Put mine in its place' }).click()
    await other.getByRole('dialog').waitFor({ state: 'detached' })
    assert.deepEqual([(await heights())[0], (await model()).version], [high, 8])
    assert.equal((await kept()).versions[1].version, 7, 'the other one is among the versions')
    await other.close()
    r.faults.splice(0, r.faults.length, ...r.faults.filter((f) => !/409/.test(f)))
  })

  await does('a dashboard of a file says where its versions are; the menu leads here', async () => {
    await page.goto(`${site}/d/supersonic/x`)
    await page.locator('[data-panel]').first().waitFor()
    await quiet()
    await page.getByRole('button', { name: 'More of this dashboard' }).click()
    await page.getByRole('menuitem', { name: 'Versions' }).click()
    await page.getByText('This dashboard comes from a file of the site').waitFor()
    await page.getByRole('button', { name: 'Back to the dashboard' }).click()
    await page.locator('[data-panel]').first().waitFor()
  })

  await does('a dashboard of a file is edited: JSON to keep, or a copy; the file stays as it is', async () => {
    const file = () => JSON.parse(readFileSync(process.env.GIVEN, 'utf8'))
    /** parts of a model that the file and the reader have a say in */
    const parts = ({ title, tags, surprise, time, panels }) => ({ title, tags, surprise, time, panels })
    const stored = async (uid) => parts(await json(`api/dashboards/uid/${uid}/json`))
    await page.goto(`${site}/d/given/x?refresh=`)
    await page.locator('[data-panel]').first().waitFor()
    await page.getByRole('button', { name: 'Edit', exact: true }).click()
    await page.getByRole('button', { name: 'Settings' }).waitFor()
    await page.locator('[data-panel]').first().focus()
    await page.keyboard.press('Alt+Shift+ArrowDown')
    await page.keyboard.press('Control+s')
    const dialog = page.getByRole('dialog', { name: 'Save the dashboard' })
    await dialog.getByText('This dashboard comes from a file of the site.').waitFor()
    assert.equal(await dialog.getByRole('button', { name: 'Save', exact: true }).count(), 0, 'no way to write over the file')
    await sound('a dashboard of a file is to be saved')
    const edited = file()
    edited.panels[0].gridPos.h++
    const download = page.waitForEvent('download')
    await dialog.getByRole('button', { name: 'Download JSON' }).click()
    const got = JSON.parse(readFileSync(await (await download).path(), 'utf8'))
    assert.deepEqual({ ...parts(got), uid: got.uid, title: edited.title }, { ...parts(edited), uid: 'given' }, 'all of the file, and the change')
    assert.match((await download).suggestedFilename(), /^Given-by-a-file.*\.json$/)
    await dialog.getByLabel('Title').fill('Mine now')
    await dialog.getByRole('button', { name: 'Save as a copy' }).click()
    await until('the copy has an address', () => /\/d\/(?!given)/.test(page.url()) || page.url())
    await page.getByRole('heading', { name: 'Mine now' }).first().waitFor()
    const uid = new URL(page.url()).pathname.split('/')[2]
    assert.deepEqual(await stored(uid), { ...parts(edited), title: 'Mine now' })
    assert.deepEqual(await stored('given'), parts(file()))
    const about = async (of) => { const { canSave, provisioned } = await json(`api/dashboards/uid/${of}`); return { canSave, provisioned } }
    assert.deepEqual([await about(uid), await about('given')], [{ canSave: true, provisioned: false }, { canSave: false, provisioned: true }])
  })

  await does("Grafana's address of the settings opens them at the same part", async () => {
    await page.goto(`${site}/d/shift/x?editview=variables`)
    await page.getByRole('dialog', { name: /^Settings/ }).waitFor()
    assert.equal(await page.getByRole('tab', { name: 'Variables' }).getAttribute('aria-selected'), 'true')
    await page.keyboard.press('Escape')
    await until('the address forgets it', () => !page.url().includes('editview'))
  })

  await does('the versions fit a phone', async () => {
    await page.setViewportSize({ width: 360, height: 740 })
    await page.goto(`${site}/d/shift/x?editview=versions`)
    await rows().first().waitFor()
    await until('compared', async () => (await said()).length > 0)
    assert.ok(await page.evaluate(() => document.documentElement.scrollWidth <= innerWidth))
    await shot('versions-phone')
  })
}, { timezoneId: 'UTC' })
