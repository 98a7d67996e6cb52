/** A reader of the page: steps with names, waiting without sleeping, pictures, looking with axe's eyes. */
import assert from 'node:assert/strict'
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { sound as soundOf } from './axe.mjs'
import { start, watched } from './chromium.mjs'

const shots = process.env.SHOTS
/** patience is for how long something is waited for, in milliseconds: of a machine that does other things as well. */
export const patience = Number(process.env.PATIENCE ?? 60_000)
const only = new RegExp(process.env.ONLY || '.')

/** site is the one of SITE_URL. */
export const site = (process.env.SITE_URL ?? 'http://127.0.0.1:3000').replace(/\/$/, '')

/** reader opens a page of a site and calls use with what a reader does; the process ends with 1 if a step failed. */
export async function reader(site, use, options = {}) {
  const opened = await open(site, options)
  await opened.reads(() => use(opened))
}

/**
 * open opens a page of a site and gives what a reader does there; reads takes the
 * steps and closes it. shots is what the names of pictures begin with; with inOrder the
 * first step that fails is the last that is taken, because the others build on it. The
 * rest is for the browser's context.
 */
export async function open(site, { inOrder = false, shots: begin = '', ...options } = {}) {
  if (shots) mkdirSync(shots, { recursive: true })
  const browser = await start()
  const { page, context, faults } = await watched(browser, new URL(site).origin, options)
  page.setDefaultTimeout(patience)
  let told // the error that was told already

  const does = async (what, how) => {
    if (!only.test(what)) return
    const began = Date.now()
    try {
      await how()
      console.log(`ok  ${what} (${Date.now() - began} ms)`)
    } catch (error) {
      await failed(what, error)
      if (inOrder) throw error // else the steps after it may tell more
    }
  }
  const failed = async (what, error) => {
    told = error
    console.error([`FAILED  ${what}: ${error.message}`, ...faults.slice(0, 10)].join('\n'))
    process.exitCode = 1
    await shot(`failed-${what.replaceAll(/\W+/g, '-').slice(0, 40)}`).catch(() => undefined)
  }
  /** until waits until something that is computed is as it should be; what cannot be computed yet is not. */
  const until = async (what, is, ms = patience) => {
    const end = Date.now() + ms
    let last
    while (Date.now() < end) {
      try {
        last = await is()
      } catch (error) {
        last = error.message
      }
      if (last === true) return
      await page.waitForTimeout(50)
    }
    assert.fail(`not within ${ms} ms: ${what}; saw ${JSON.stringify(last)}`)
  }
  /** quiet waits until every panel near the window has asked, has its answer and what draws it; one that just came or was scrolled to asks some frames later. */
  const quiet = () => until('the panels have their answers', () => page.evaluate(async () => {
    for (let i = 0; i < 3; i++) await new Promise((next) => requestAnimationFrame(() => setTimeout(next)))
    return document.querySelector('[data-panel][aria-busy="true"], [data-panel] .body [aria-busy="true"]') === null
  }))
  /** chord presses keys that have to follow each other within a second, however slow the machine. */
  const chord = (...keys) => Promise.all(keys.map((key) => page.keyboard.press(key)))
  const sound = (what, rules) => soundOf(page, what, rules)
  const shot = async (name, how = {}) => shots && page.screenshot({ path: join(shots, `${begin}${name}.png`), timeout: 60_000, ...how })
  /** panel is the one of a title; its text is what it shows. */
  const panel = (title) => page.locator('[data-panel]', { has: page.getByRole('heading', { name: title, exact: true }) })
  const textOf = async (title) => (await panel(title).locator('.body').first().innerText()).replace(/\s+/g, ' ').trim()
  /** json asks the site by the other route. */
  const json = async (path, body) => {
    const answer = await fetch(new URL(path, site), body && { method: 'POST', headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) })
    assert.ok(answer.ok, `${path}: ${answer.status} ${answer.ok ? '' : await answer.text()}`)
    return answer.json()
  }
  let uids // of the site's data sources, by their type
  /** asks asks the site's data source of a type past the panels. */
  const asks = async (type, path, params) => {
    uids ??= new Map((await json(`${site}/api/site`)).dataSources.reverse().map((d) => [d.type, d.uid])) // of several the first
    return json(`${site}/api/datasources/proxy/uid/${uids.get(type)}/${path}?${new URLSearchParams(params)}`)
  }
  /** promql asks the site's Prometheus, of a time in seconds. */
  const promql = async (query, time = Date.now() / 1000) => (await asks('prometheus', 'api/v1/query', { query, time })).data.result
  /** series asks it of a range; times and the step are in seconds. */
  const series = async (query, start, end, step) => (await asks('prometheus', 'api/v1/query_range', { query, start, end, step })).data.result
  /** narrow fails if the page is wider than its window. */
  const narrow = async (what) => {
    const wide = await page.evaluate(() => document.documentElement.scrollWidth - innerWidth)
    assert.ok(wide <= 1, `${what}: ${wide} px wider than the window`)
  }
  /** keeps writes what was seen beside the pictures. */
  const keeps = (name, seen) => shots && writeFileSync(join(shots, name), JSON.stringify(seen, null, 2))
  const reads = async (use) => {
    try {
      await use()
      await does('nothing left the site, no script failed', async () => assert.deepEqual(faults, []))
    } catch (error) {
      if (error !== told) await failed('what comes before the steps', error)
    } finally {
      await browser.close()
    }
  }
  return { page, context, faults, does, until, quiet, chord, sound, shot, panel, textOf, json, asks, promql, series, narrow, keeps, reads }
}
