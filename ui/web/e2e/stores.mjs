/**
 * A dashboard of which one store stops and one is slow, in Chromium:
 *
 *   SITE_URL=http://127.0.0.1:3000 CONTROL=http://127.0.0.1:1 node e2e/stores.mjs
 *
 * CONTROL stops and starts the one store and tells what the slow one was asked, and
 * what of it was given up; ui/stores_test.go makes all of them.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const { CONTROL: control } = process.env
const ordered = async (what) => {
  const answer = await fetch(`${control}/${what}`)
  if (!answer.ok) throw new Error(`${what}: ${await answer.text()}`)
}
const slow = async () => (await fetch(`${control}/slow`)).json()

await reader(site, async ({ page, does, until, chord, textOf, panel, shot, sound }) => {
  const drawn = async () => {
    await until('the stat of the store that answers', async () => (await textOf('Answers')) === '3' || textOf('Answers'))
    await panel('Answers as well').locator('canvas').waitFor()
  }
  const busy = (title) => panel(title).getAttribute('aria-busy')

  await does('a slow store holds up no other panel', async () => {
    await page.goto(`${site}/d/stores/x?refresh=`)
    await drawn()
    await until('the store that still runs', async () => (await textOf('Stops')) === '3' || textOf('Stops'))
    assert.equal(await busy('Slow'), 'true')
    await until('the slow store was asked by both panels', async () => (await slow()).asked >= 2 || slow())
  })

  await does('another range gives up what the slow store was asked', async () => {
    const before = await slow()
    await chord('t', 'ArrowLeft')
    await until('the old questions are given up', async () => (await slow()).givenUp >= before.asked || slow())
    await until('the new range is asked for', async () => (await slow()).asked > before.asked || slow())
    await drawn()
  })

  await does('leaving the dashboard gives up the rest', async () => {
    await page.getByRole('navigation', { name: 'Pages' }).getByRole('link', { name: /^Status/ }).click()
    await page.getByRole('heading', { name: 'Status' }).waitFor()
    await until('nothing is asked any more', async () => { const s = await slow(); return s.givenUp === s.asked || s })
  })

  await does('a store that stops says so on its panel alone, and what to do', async () => {
    await page.goto(`${site}/d/stores/x?refresh=`)
    await until('the store that still runs', async () => (await textOf('Stops')) === '3' || textOf('Stops'))
    await ordered('stop')
    await chord('d', 'r')
    await until('the panel says it', async () => /connection refused|nothing listens/i.test(await textOf('Stops')) || textOf('Stops'))
    const said = await textOf('Stops')
    assert.match(said, /nothing listens there; is the role running\? The Status page tells/)
    await drawn()
    await shot('stopped')
    await sound('a dashboard with a stopped store')
  })

  await does('and draws again when it is back', async () => {
    await ordered('start')
    await chord('d', 'r')
    await until('the panel has its value', async () => (await textOf('Stops')) === '3' || textOf('Stops'))
  })
})
