/**
 * Who may look and what he may do, in Chromium: everybody as a viewer or an editor, a
 * site without a login form; a dashboard whose author wants to run or to fetch things;
 * pages of other sites that write here.
 *
 *   SITE_URL=http://127.0.0.1:3000 EDITORS=http://127.0.0.1:3001 FORMLESS=http://127.0.0.1:3002 … node e2e/access.mjs
 *
 * The sites and the others are those of ui/accessbrowser_test.go.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const { EDITORS: editors, FORMLESS: formless, PROVIDER: provider, ELSEWHERE: elsewhere } = process.env

await reader(site, async ({ page, context, does, until, shot, sound, narrow, faults, json }) => {
  const edit = page.getByRole('button', { name: 'Edit', exact: true })
  const opens = async (path) => {
    await page.goto(path)
    await page.locator('[data-panel]').first().waitFor()
  }
  const names = (role) => page.getByRole(role).evaluateAll((all) => all.map((e) => e.getAttribute('aria-label') || e.textContent.trim()))
  const saves = (at) => context.request.post(`${at}/api/dashboards/save`, { data: { model: { title: `Mine ${at}`, panels: [] }, version: 0, copy: true, message: '' } })

  await does('everybody a viewer: nothing to edit is offered, a save is refused in words', async () => {
    await opens(`${site}/d/supersonic/x?refresh=`)
    await until('who he is', async () => (await (await context.request.get(`${site}/api/session`)).json()).role === 'Viewer')
    await page.getByRole('button', { name: 'More of this dashboard' }).click()
    const seen = [...await names('button'), ...await names('menuitem')]
    assert.deepEqual(seen.filter((n) => /\bedit|\bsave|settings|\bdelete|\badd\b/i.test(n)), [], `of ${seen}`)
    await page.keyboard.press('Escape')
    const first = page.locator('[data-panel]').first()
    await first.hover()
    await first.getByRole('button', { name: /^Menu of/ }).click()
    assert.deepEqual((await names('menuitem')).filter((n) => /\bedit|duplicate|remove/i.test(n)), [])
    await page.keyboard.press('Escape')
    for (const keys of ['e', 'd e', 'Control+s']) for (const key of keys.split(' ')) await page.keyboard.press(key)
    for (const query of ['editPanel=3', 'editview=settings', 'editview=variables']) {
      await opens(`${site}/d/supersonic/x?refresh=&${query}`)
      assert.equal(await page.getByRole('region', { name: 'Queries' }).or(page.getByRole('dialog')).count(), 0, `${query}: no editor`)
    }
    await page.goto(`${site}/dashboards`)
    await page.getByRole('link', { name: /^Hostile/ }).first().waitFor()
    assert.equal(await page.getByRole('link', { name: 'New dashboard' }).count(), 0)
    await page.goto(`${site}/explore?type=promql&q=up`)
    await page.getByRole('button', { name: 'History' }).waitFor()
    assert.equal(await page.getByRole('button', { name: 'Add to dashboard' }).count(), 0)
    const no = await saves(site)
    assert.deepEqual([no.status(), await no.json()], [403, { error: 'you may look at dashboards, not save them', hint: 'sign in as an editor, or take the JSON', place: null }])
  })

  await does('who signed in edits; whose session ended meanwhile is told why, and loses nothing', async () => {
    await page.goto(`${site}/d/hostile/x?refresh=`)
    await page.getByRole('button', { name: 'Sign in' }).click()
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill('sesame')
    await page.keyboard.press('Enter')
    await edit.click()
    await page.getByRole('button', { name: 'Settings' }).waitFor()
    await page.locator('[data-panel]').first().focus()
    await page.keyboard.press('Alt+Shift+ArrowDown')
    await context.clearCookies()
    const heard = page.waitForResponse(/api\/dashboards\/draft/) // that he may edit no longer
    await page.keyboard.press('Alt+Shift+ArrowDown')
    await heard
    await page.keyboard.press('Control+s')
    const dialog = page.getByRole('dialog', { name: 'Save the dashboard' })
    await dialog.getByRole('button', { name: 'Save as a copy', exact: true }).click()
    const alert = dialog.getByRole('alert').filter({ hasText: 'you may look at dashboards, not save them' })
    await alert.filter({ hasText: 'sign in as an editor, or take the JSON' }).waitFor()
    await dialog.getByRole('button', { name: /JSON/ }).waitFor()
    await shot('refused')
    await sound('a save that is refused')
    await page.keyboard.press('Escape')
    await page.getByText('not saved').waitFor()
    await page.getByRole('button', { name: 'Stop editing' }).click()
    await page.getByRole('button', { name: 'Discard the changes' }).click()
  })

  await does('everybody an editor: editing is offered, and a save is one', async () => {
    await opens(`${editors}/d/supersonic/x?refresh=`)
    await edit.waitFor()
    assert.equal((await saves(editors)).status(), 200)
    await page.goto(`${editors}/dashboards`)
    await page.getByRole('link', { name: 'New dashboard' }).waitFor()
    await page.getByRole('link', { name: `Mine ${editors}` }).waitFor()
  })

  await does('without the login form: no field for a password, the provider leads in', async () => {
    await page.goto(`${formless}/d/supersonic/x?refresh=`)
    const way = page.getByRole('link', { name: 'Sign in with CERN' })
    await way.waitFor()
    assert.deepEqual([await page.getByLabel('Password').count(), await page.getByLabel('User').count(), await page.locator('input').count()], [0, 0, 0])
    await shot('formless')
    await sound('a page to sign in without a form')
    const no = await context.request.post(`${formless}/api/login`, { data: { user: 'admin', password: 'sesame' } })
    assert.deepEqual([no.status(), (await no.json()).error], [403, 'the login form is off at this site'])
    await fetch(`${provider}/become?name=Anna`)
    await way.click()
    await page.locator('[data-panel]').first().waitFor()
    const who = await (await context.request.get(`${formless}/api/session`)).json()
    assert.deepEqual([who.name, who.role, await edit.count()], ['Anna', 'Viewer', 0])
  })

  await does('a hostile dashboard: nothing of it runs, is fetched, lies over the page or asks for words', async () => {
    for (const query of ['', `&var-who=${encodeURIComponent('<img src=x onerror="hacked=30"><iframe src=javascript:hacked=31></iframe>me')}`]) {
      await opens(`${site}/d/hostile/x?refresh=${query}`)
      const texts = page.locator('[data-panel] .words[role=region]')
      await until('the texts are there', async () => (await texts.allInnerTexts()).every((t) => t.trim() !== '') && (await texts.count()) === 3)
      await page.locator('[data-panel]').last().hover()
      const seen = await texts.evaluateAll((all) => {
        const inside = all.flatMap((t) => [...t.querySelectorAll('*')])
        return {
          tags: inside.map((e) => e.localName), on: inside.flatMap((e) => e.getAttributeNames()).filter((n) => /^on|^(id|name|srcdoc|formaction|action)$/.test(n)),
          links: inside.filter((e) => e.localName === 'a').map((a) => a.getAttribute('href')), sources: inside.map((e) => e.getAttribute('src')).filter(Boolean),
          over: inside.filter((e) => ['fixed', 'absolute', 'sticky'].includes(getComputedStyle(e).position)).map((e) => e.outerHTML), grounds: inside.map((e) => getComputedStyle(e).backgroundImage).filter((g) => g !== 'none'),
          colour: getComputedStyle(all[0].querySelector('b')).color,
        }
      })
      const bad = ['script', 'img', 'iframe', 'object', 'embed', 'link', 'base', 'meta', 'style', 'svg', 'math', 'form', 'input', 'button', 'textarea', 'video', 'template']
      assert.deepEqual(seen.tags.filter((t) => bad.includes(t)), [])
      assert.deepEqual([seen.on, seen.sources, seen.over, seen.grounds], [[], [], [], []])
      assert.deepEqual([...new Set(seen.links.filter(Boolean))], ['https://example.org/'])
      assert.equal(seen.colour, 'rgb(1, 2, 3)', 'what is harmless stays')
      for (const a of await page.locator('a[href]').evaluateAll((all) => all.map((a) => a.href))) assert.match(a, /^https?:/)
      assert.equal(await page.locator('img, iframe, [onerror], [onclick]').count(), 0, 'nor anywhere else on the page')
      assert.equal(await page.evaluate(() => globalThis.hacked), undefined)
      assert.match(await texts.nth(0).innerText(), /Kept[\s\S]*styled[\s\S]*far/)
      assert.match(await texts.nth(2).innerText(), query ? /^for pictureme$/ : /^for nobody$/)
    }
    await page.getByText('Hostile <img src="x" onerror="hacked=20">').first().waitFor() // as it is written
    await shot('hostile')
    await page.setViewportSize({ width: 360, height: 740 })
    await narrow('a hostile dashboard on a phone')
    await page.setViewportSize({ width: 1440, height: 900 })
  })

  await does('a page of another site writes nothing here and shows nothing of it in a frame', async () => {
    const list = async () => (await json(`${editors}/api/dashboards`)).dashboards.map((d) => d.title).sort()
    const before = await list()
    for (const origin of [elsewhere, elsewhere.replace('127.0.0.1', 'localhost')]) {
      const trap = await context.newPage()
      await trap.goto(`${origin}/trap`)
      const got = await trap.evaluate(async (target) => {
        const body = JSON.stringify({ model: { title: 'By a script', panels: [] }, version: 0, copy: true, message: '' })
        const asks = [
          ['a JSON', { headers: { 'content-type': 'application/json' } }], ['a plain text', { mode: 'no-cors', headers: { 'content-type': 'text/plain' } }],
          ['a JSON without asking first', { mode: 'no-cors', headers: { 'content-type': 'application/json' } }],
        ]
        return Promise.all(asks.map(([what, how]) => fetch(`${target}/api/dashboards/save`, { method: 'POST', credentials: 'include', body, ...how }).then((a) => `${what}: ${a.type}`, () => `${what}: refused`)))
      }, editors)
      assert.deepEqual(got, ['a JSON: refused', 'a plain text: refused', 'a JSON without asking first: refused'])
      await until('it is not shown in a frame', () => trap.frame('framed').url().startsWith('chrome-error:') || trap.frame('framed').url())
      await trap.locator('form').evaluate((f) => f.submit())
      await until('the answer', async () => trap.url().startsWith(editors))
      assert.match(await trap.locator('body').innerText(), /a page of another site may not ask this/)
      await trap.close()
    }
    assert.deepEqual(await list(), before)
  })
  // The three sites and the provider are others to each other; refusals are meant here, also those of the content policy in the texts' own parser.
  const own = [editors, formless, provider]
  const meant = /status of 40[13]|Applying inline style violates|Setting the document's base URI/
  faults.splice(0, faults.length, ...faults.filter((f) => !own.some((o) => f.startsWith(`left the site: ${o}`)) && !meant.test(f)))
})
