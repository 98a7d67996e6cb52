/**
 * Who may look and what he may do, in Chromium: everybody as a viewer or an editor, a
 * site without a login form, one over https; a dashboard whose author wants to run or to
 * fetch things; scripts within the page; questions to stores that are no queries; pages
 * of other sites that write here.
 *
 *   SITE_URL=http://127.0.0.1:3000 EDITORS=http://127.0.0.1:3001 FORMLESS=http://127.0.0.1:3002 OVER_TLS=https://127.0.0.1:3003 … node e2e/access.mjs
 *
 * The sites and the others are those of ui/accessbrowser_test.go.
 */
import assert from 'node:assert/strict'
import { reader, site } from './reader.mjs'

const { EDITORS: editors, FORMLESS: formless, PROVIDER: provider, ELSEWHERE: elsewhere, OVER_TLS: overTLS } = process.env

await reader(site, async ({ page, context, does, until, chord, shot, sound, narrow, faults, json }) => {
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
    for (const keys of ['e', 'd e', 'Control+s', 'p d', 'p r', 'd s']) {
      await first.hover()
      await chord(...keys.split(' '))
    }
    await page.keyboard.press('?')
    const list = page.getByRole('dialog', { name: 'Keys' })
    await list.waitFor()
    const listed = await list.locator('dd').allInnerTexts()
    assert.ok(listed.includes('view it alone, and back'), `of ${listed}`)
    assert.deepEqual(listed.filter((does) => /edit|save|settings|duplicate|remove/.test(does)), [], 'keys that a viewer has no use for')
    await page.keyboard.press('Escape')
    assert.equal(await page.getByRole('button', { name: 'Stop editing' }).count(), 0, 'no key begins to edit')
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

  await does('the content policy that arrives lets no script in, and what is put into the page does not run', async () => {
    const [answer] = [await page.goto(`${site}/d/supersonic/x?refresh=`), await page.locator('[data-panel]').first().waitFor()]
    const policy = Object.fromEntries((await answer.headerValue('content-security-policy')).split(';').map((part) => part.trim().split(/\s+/)).map(([name, ...from]) => [name, from]))
    assert.deepEqual([policy['default-src'], policy['script-src'], policy['base-uri'], policy['form-action'], policy['frame-ancestors']], [["'none'"], ["'self'"], ["'self'"], ["'self'"], ["'self'"]])
    for (const [name, from] of Object.entries(policy)) assert.ok(!from.some((f) => /unsafe|\*|^https?:/.test(f)), `${name} ${from}`)
    const refused = await page.evaluate(async (elsewhere) => {
      const all = new Set()
      document.addEventListener('securitypolicyviolation', (e) => all.add(`${e.effectiveDirective} ${e.blockedURI.replace(/^(https?:\/\/[^/]*).*/, '$1')}`))
      const put = (tag, of) => document.body.append(Object.assign(document.createElement(tag), of))
      put('script', { textContent: 'hacked=40' })
      put('script', { src: `${elsewhere}/inside.js` })
      put('script', { src: 'data:text/javascript,hacked=41' })
      document.body.insertAdjacentHTML('beforeend', '<button id="trap" onclick="hacked=42">trap</button>')
      document.getElementById('trap').click()
      await new Promise((done) => setTimeout(() => { // by the page's own turn: what the debugger evaluates is not bound
        try { globalThis.hacked = (0, eval)('43') } catch { all.add('eval threw') }
        try { new Function('hacked=44')() } catch { all.add('Function threw') }
        done()
      }))
      await fetch(`${elsewhere}/inside`).catch(() => all.add('fetch failed'))
      put('img', { src: `${elsewhere}/inside.png` })
      put('iframe', { src: `${elsewhere}/inside` })
      for (let frames = 0; all.size < 11 && frames < 600; frames++) await new Promise(requestAnimationFrame)
      return [[...all].sort(), globalThis.hacked]
    }, elsewhere)
    const there = new URL(elsewhere).origin
    assert.deepEqual(refused, [['Function threw', `connect-src ${there}`, 'eval threw', 'fetch failed', `frame-src ${there}`, `img-src ${there}`, 'script-src eval', 'script-src-attr inline', 'script-src-elem data', `script-src-elem ${there}`, 'script-src-elem inline'].sort(), undefined])
  })

  await does('of the stores the page passes queries on, and refuses all else with a sentence', async () => {
    await page.goto(`${site}/status`)
    const { dataSources } = await json(`${site}/api/site`)
    const of = (type) => dataSources.find((d) => d.type === type).uid
    const asks = (list) => page.evaluate((list) => Promise.all(list.map(async ([method, path]) => {
      const answer = await fetch(path, { method, ...(method === 'POST' && { headers: { 'content-type': 'application/x-www-form-urlencoded' }, body: 'query=up&match[]=up' }) })
      return { path: `${method} ${path}`, status: answer.status, body: await answer.text() }
    })), list)
    const at = (type, path) => `/api/datasources/proxy/uid/${of(type)}/${path}`
    for (const { path, status, body } of await asks([['GET', at('tempo', 'api/search?q=%7B%7D&limit=1')], ['GET', at('tempo', 'api/v2/search/tags')], ['GET', at('prometheus', `api/v1/query?query=${encodeURIComponent('{__name__=~"up"}')}&time=${Math.floor(Date.now() / 1000)}`)]])) {
      assert.equal(status, 200, `${path}: ${body}`)
      JSON.parse(body)
    }
    const never = await asks([
      ['GET', at('prometheus', 'api/v1/admin/tsdb/delete_series?match[]=up')], ['POST', at('prometheus', 'api/v1/admin/tsdb/delete_series')], ['POST', at('prometheus', 'api/v1/write')], ['POST', at('prometheus', '-/reload')], ['POST', at('prometheus', '-/quit')],
      ['GET', at('prometheus', 'api/v1/status/config')], ['GET', at('prometheus', 'api/v1/query/%2e%2e/status/config')], ['GET', at('prometheus', 'api/v1/query/%252e%252e/status/config')], ['GET', at('prometheus', 'metrics')], ['DELETE', at('prometheus', 'api/v1/series?match[]=up')],
      ['GET', at('tempo', 'flush')], ['GET', at('tempo', 'shutdown')], ['GET', at('tempo', 'status/config')], ['GET', at('tempo', 'api/overrides')], ['POST', at('tempo', 'v1/traces')], ['POST', at('tempo', 'api/search')], ['GET', `/api/datasources/proxy/uid/nobody/api/v1/query?query=up`],
    ])
    for (const { path, status, body } of never) {
      assert.ok([403, 404, 405].includes(status), `${path}: ${status}`)
      const { error, hint } = JSON.parse(body)
      assert.match(error, / is not passed on$|^there is no data source "nobody"$/, `${path}: ${error}`)
      assert.ok(hint.length > 10, `${path}: ${hint}`)
    }
  })

  await does('over https the session has a cookie for https alone, which no script reads; the administrator has the name of the file', async () => {
    await page.goto(`${overTLS}/d/supersonic/x?refresh=`)
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill('sesame')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'user or password is wrong' }).waitFor()
    await page.getByLabel('User').fill('shift-leader')
    await page.getByLabel('Password').fill('sesame')
    const [answer] = await Promise.all([page.waitForResponse((a) => a.url().endsWith('/api/login') && a.status() === 200), page.keyboard.press('Enter')])
    await page.locator('[data-panel]').first().waitFor()
    const set = (await answer.headersArray()).filter((h) => h.name.toLowerCase() === 'set-cookie').map((h) => h.value)
    assert.equal(set.length, 1)
    const [pair, ...words] = set[0].split(/; ?/)
    for (const word of ['HttpOnly', 'Secure', 'SameSite=Lax', 'Path=/']) assert.ok(words.includes(word), `${word} of ${words}`)
    const [c, ...more] = (await context.cookies(overTLS)).filter((c) => c.name === pair.split('=')[0])
    assert.deepEqual([c.httpOnly, c.secure, c.sameSite, more.length], [true, true, 'Lax', 0])
    assert.ok(!(await page.evaluate(() => document.cookie)).includes(c.name), 'no script reads it')
    const who = await (await context.request.get(`${overTLS}/api/session`)).json()
    assert.deepEqual([who.name, who.role, await edit.count()], ['shift-leader', 'Admin', 1])
    await page.getByRole('button', { name: 'Sign out' }).click()
    await page.getByRole('heading', { name: 'Sign in' }).waitFor()
    assert.deepEqual((await context.cookies(overTLS)).filter((c) => c.name === pair.split('=')[0]), [])
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
  const own = [editors, formless, provider, overTLS, elsewhere]
  const meant = /status of 40[135]|violates the following (directive|Content Security Policy)|Content Security Policy|Applying inline style violates|Setting the document's base URI/
  faults.splice(0, faults.length, ...faults.filter((f) => !own.some((o) => f.startsWith(`left the site: ${o}`)) && !meant.test(f)))
}, { ignoreHTTPSErrors: true })
