/** A reader of the page: steps with names, waiting without sleeping, looking with axe's eyes. */
import assert from 'node:assert/strict'
import { mkdirSync } from 'node:fs'
import { join } from 'node:path'
import { sound as soundOf } from './axe.mjs'
import { start, watched } from './chromium.mjs'

const shots = process.env.SHOTS

/** reader opens a page of a site and calls use with what a reader does; the process ends with 1 if a step failed. */
export async function reader(site, use, options = {}) {
  if (shots) mkdirSync(shots, { recursive: true })
  const browser = await start()
  const { page, context, faults } = await watched(browser, new URL(site).origin, options)
  page.setDefaultTimeout(20_000)
  const only = process.env.ONLY ? new RegExp(process.env.ONLY) : /./

  const does = async (what, how) => {
    if (!only.test(what)) return
    const began = Date.now()
    try {
      await how()
      console.log(`ok  ${what} (${Date.now() - began} ms)`)
    } catch (error) {
      await failed(what, error) // the steps after it may tell more
    }
  }
  const failed = async (what, error) => {
    console.error(`FAILED  ${what}: ${error.message}`)
    process.exitCode = 1
    await shot(`failed-${what.replaceAll(/\W+/g, '-').slice(0, 40)}`).catch(() => undefined)
  }
  /** until waits until something that is computed is as it should be. */
  const until = async (what, is, ms = 20_000) => {
    const end = Date.now() + ms
    let last
    while (Date.now() < end) {
      last = await is()
      if (last === true) return
      await page.waitForTimeout(50)
    }
    assert.fail(`not within ${ms} ms: ${what}; saw ${JSON.stringify(last)}`)
  }
  /** quiet waits until every panel that asks has its answer. */
  const quiet = () => until('the panels have their answers', () => page.evaluate(() => document.querySelectorAll('[data-panel][aria-busy="true"]').length === 0))
  const sound = (what) => soundOf(page, what)
  const shot = async (name) => shots && page.screenshot({ path: join(shots, `${name}.png`) })
  /** panel is the one of a title; its text is what it shows. */
  const panel = (title) => page.locator('[data-panel]', { has: page.getByRole('heading', { name: title, exact: true }) })
  const textOf = async (title) => (await panel(title).locator('.body').first().innerText()).replace(/\s+/g, ' ').trim()
  /** json asks the site by the other route. */
  const json = async (path, body) => {
    const answer = await fetch(new URL(path, site), body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`)
    return answer.json()
  }
  try {
    await use({ page, context, faults, does, until, quiet, sound, shot, panel, textOf, json })
    await does('nothing left the site, no script failed', async () => assert.deepEqual(faults, []))
  } catch (error) {
    await failed('what comes before the steps', error)
  } finally {
    await browser.close()
  }
}
