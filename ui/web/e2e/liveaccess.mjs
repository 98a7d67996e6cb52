/**
 * Who may look at a live site, in Chromium before pages beside it: by password and by a
 * provider behind an ingress over https with a path, everybody as a viewer, by the
 * provider alone; what each may do, and that what he sees are the stores' own figures.
 *
 *   SITE_URL=https://127.0.0.1:1 UNDER=/hub/sonic/ VIEWERS=… FORMLESS=… PROVIDER=… PROMETHEUS=… TEMPO=… TO=… TABLE=… node e2e/liveaccess.mjs
 *
 * PROMETHEUS and TEMPO are the stores themselves, TO is the time until which all is
 * looked at, TABLE a file with what `supersonic latency` printed of the minute before;
 * e2e/access_test.go has all of them.
 */
import assert from 'node:assert/strict'
import { readFileSync } from 'node:fs'
import { reader, site as origin } from './reader.mjs'
import { nanoseconds, near, number } from './spans.mjs'

const { UNDER: under, VIEWERS: viewers, FORMLESS: formless, PROVIDER: provider, PROMETHEUS: prometheus, TEMPO: tempo } = process.env
const closed = origin + under.replace(/\/$/, '')
const to = Number(process.env.TO)
const window = `from=${to - 60_000}&to=${to}`
const become = (who) => fetch(`${provider}/become?${new URLSearchParams(who)}`)
const proxied = (type, path) => `api/datasources/proxy/uid/${type}/${path}`
/** own asks a store itself, of which the page knows nothing. */
const own = async (store, path) => (await fetch(`${store}/${path}`)).json()
const query = (q) => `api/v1/query?${new URLSearchParams({ query: q, time: to / 1000 })}`
const requests = 'supersonic_gateway_requests_total'
const value = async (q) => (await own(prometheus, query(q))).data.result[0].value[1]

await reader(closed, async ({ page, context, does, until, textOf, panel, sound, faults }) => {
  const form = page.getByRole('heading', { name: 'Sign in' })
  const edit = page.getByRole('button', { name: 'Edit', exact: true })
  const byCERN = page.getByRole('link', { name: 'Sign in with CERN' })
  const board = (site, more = '') => `${site}/d/beside/x?${window}&refresh=&timezone=utc${more}`
  const asks = async (path, site) => {
    const answer = await context.request.get(`${site}/${path}`)
    return [answer.status(), await answer.json()]
  }
  const session = async (site) => (await asks('api/session', site))[1]
  const saves = async (site, title, more) => context.request.post(`${site}/api/dashboards/save`, { data: { version: 0, copy: true, message: '', model: { title, panels: [{ id: 1, type: 'stat', title, gridPos: { x: 0, y: 0, w: 12, h: 6 }, options: { graphMode: 'none' }, fieldConfig: { defaults: { unit: 'none', decimals: 0 }, overrides: [] }, targets: [{ refId: 'A', expr: `count(${requests})`, instant: true, range: false }] }] } }, ...more })
  const ofSession = async (site) => (await context.cookies(`${site}/`)).filter((c) => c.name !== 'theme')
  const enters = async (user, password) => {
    await page.getByLabel('User').fill(user)
    await page.getByLabel('Password').fill(password)
    await page.keyboard.press('Enter')
  }
  const signsOut = async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await form.waitFor()
  }
  /** figures hold what the dashboard shows of some servers against the store's own answers. */
  const figures = async (what, servers = '.*') => {
    const of = `${requests}{server=~"${servers}"}`
    const rows = (await own(prometheus, query(`sum by (server) (${of})`))).data.result.map((s) => `${s.metric.server} ${s.value[1]}`).sort()
    const shown = async () => (await panel('By server').locator('tbody tr').evaluateAll((all) => all.map((tr) => [...tr.cells].map((c) => c.innerText.trim()).slice(-2).join(' ')))).sort()
    const sum = await value(`sum(${of})`)
    await until(`${what}: ${sum} requests`, async () => (await textOf('Requests')) === sum || textOf('Requests'))
    await until(`${what}: each server's`, async () => JSON.stringify(await shown()) === JSON.stringify(rows) || { shown: await shown(), rows })
  }

  await does('before a reader has signed in nothing is told, and a wrong password opens nothing', async () => {
    const answer = await page.goto(board(closed))
    await form.waitFor()
    assert.equal(await page.locator('[data-panel]').count(), 0)
    for (const path of [proxied('prometheus', query('up')), 'api/site', 'api/map', `api/latency?${window}`, 'api/dashboards/uid/beside']) assert.equal((await asks(path, closed))[0], 401, path)
    await enters('shift-leader', 'guess')
    await page.getByRole('alert').filter({ hasText: 'user or password is wrong' }).waitFor()
    assert.deepEqual([(await session(closed)).role, await ofSession(closed)], ['', []])
    const policy = await answer.headerValue('content-security-policy')
    assert.match(policy, /default-src 'none'.*script-src 'self';/)
    assert.doesNotMatch(policy, /unsafe|\*|https?:/)
    await sound('the form of a live site')
  })

  await does('by password: the figures are the stores\' own, the cookie is for https and no script, and signing out ends it', async () => {
    await enters('shift-leader', 'sesame')
    await figures('signed in')
    const who = await session(closed)
    assert.deepEqual([new URL(page.url()).pathname, who.name, who.role, await edit.count()], [`${under}d/beside/x`, 'shift-leader', 'Admin', 1])
    const [cookie, ...more] = await ofSession(closed)
    assert.deepEqual([cookie.path, cookie.httpOnly, cookie.secure, cookie.sameSite, more.length], [under, true, true, 'Lax', 0])
    assert.ok(!(await page.evaluate(() => document.cookie)).includes(cookie.name), 'no script reads it')
    assert.deepEqual(await asks(proxied('prometheus', query(requests)), closed), [200, await own(prometheus, query(requests))])
    for (const link of await page.locator('header a[href]').evaluateAll((all) => all.map((a) => new URL(a.href).pathname))) assert.ok(link.startsWith(under), `${link} is below the path`)
    for (const [what, headers] of [['JSON of another site', { 'sec-fetch-site': 'cross-site' }], ['a form', { 'content-type': 'text/plain' }]]) {
      const status = (await saves(closed, 'By another site', { headers })).status()
      assert.ok([403, 415].includes(status), `${what}: ${status}`)
    }
    assert.ok(!JSON.stringify(await asks('api/dashboards', closed)).includes('By another site'))
    await signsOut()
    assert.deepEqual(await ofSession(closed), [])
    await context.addCookies([cookie])
    assert.equal((await asks('api/site', closed))[0], 401, 'who kept the cookie is not let in by it')
    await context.clearCookies()
  })

  for (const [group, role, may] of [['shift', 'Editor', 200], ['others', 'Viewer', 403]]) await does(`by the provider, whose token is signed, as ${role}: he comes where he wanted to be, and the figures are the stores' own`, async () => {
    await become({ name: `Anna of ${group}`, group })
    const [server] = (await own(prometheus, query(`sum by (server) (${requests})`))).data.result.map((s) => s.metric.server).sort()
    await page.goto(board(closed, `&var-server=${server}`))
    await byCERN.click()
    await figures(role, server)
    assert.equal(new URL(page.url()).searchParams.get('var-server'), server)
    await until('the page knows him', async () => (await edit.count()) === (may === 200 ? 1 : 0))
    const who = await session(closed)
    const saved = await saves(closed, `Series for ${role}`)
    assert.deepEqual([who.name, who.role, saved.status()], [`Anna of ${group}`, role, may])
    if (may === 200) {
      await page.goto(`${closed}/d/${(await saved.json()).uid}?${window}&refresh=`)
      const count = await value(`count(${requests})`)
      await until('what he saved has its figure', async () => (await textOf(`Series for ${role}`)) === count || textOf(`Series for ${role}`))
    }
    await signsOut()
  })

  await does('everybody a viewer: the figures, nothing to edit, and only questions pass to the stores, with their own answers', async () => {
    await page.goto(board(viewers, '&editPanel=1'))
    await figures('a viewer')
    assert.deepEqual([await edit.count(), await page.getByRole('region', { name: 'Queries' }).count(), (await saves(viewers, 'Mine')).status()], [0, 0, 403])
    const { traces } = await own(tempo, `api/search?${new URLSearchParams({ q: '{ name = "ingress" }', limit: 1, start: Math.floor(to / 1000) - 30, end: Math.floor(to / 1000) })}`)
    const range = new URLSearchParams({ query: `sum by (server) (rate(${requests}[20s]))`, start: to / 1000 - 60, end: to / 1000, step: 5 })
    for (const [type, store, path] of [['prometheus', prometheus, query(`sum by (server, code) (${requests})`)], ['prometheus', prometheus, `api/v1/query_range?${range}`], ['prometheus', prometheus, 'api/v1/label/server/values'], ['tempo', tempo, `api/traces/${traces[0].traceID}`], ['tempo', tempo, 'api/v2/search/tag/resource.service.name/values']]) {
      const [there, here] = [await own(store, path), await asks(proxied(type, path), viewers)]
      assert.deepEqual(here, [200, there], path)
      assert.ok(JSON.stringify(there).length > 60, `${path}: ${JSON.stringify(there)}`)
    }
    for (const [type, path] of [['prometheus', 'api/v1/admin/tsdb/snapshot'], ['prometheus', 'api/v1/status/config'], ['prometheus', 'metrics'], ['prometheus', 'api/v1/query/%2e%2e/status/flags'], ['tempo', 'status/config'], ['tempo', 'flush'], ['tempo', 'shutdown']]) {
      const [status, { error }] = await asks(proxied(type, path), viewers)
      assert.equal(status, 403, path)
      assert.match(error, / is not passed on$/, path)
    }
    assert.equal((await own(tempo, 'api/search?limit=1')).traces.length, 1, 'no question ended the store')
  })

  await does('and who signs in there edits', async () => {
    await page.goto(board(viewers))
    await page.getByRole('button', { name: 'Sign in', exact: true }).click()
    await enters('admin', 'sesame')
    await edit.waitFor()
    await figures('who signed in')
    assert.equal((await saves(viewers, 'Mine')).status(), 200)
  })

  await does('without a form: sent to the provider at once, and who signed out is not signed in again', async () => {
    await become({ name: 'Ben', group: 'shift' })
    await page.goto(board(formless))
    await figures('by the provider alone')
    assert.equal((await session(formless)).name, 'Ben')
    await signsOut()
    await byCERN.waitFor()
    assert.deepEqual([await page.locator('input').count(), (await session(formless)).role], [0, ''])
    const no = await context.request.post(`${formless}/api/login`, { data: { user: 'admin', password: 'sesame' } })
    assert.deepEqual([no.status(), (await no.json()).error], [403, 'the login form is off at this site'])
    await byCERN.click()
    await page.getByRole('button', { name: 'Sign out' }).waitFor()
  })

  await does('what the command line prints for who has the password is what the page shows', async () => {
    const text = readFileSync(process.env.TABLE, 'utf8')
    const lines = (head) => {
      const all = text.split('\n')
      const at = all.findIndex((line) => line.startsWith(head))
      return all.slice(at + 1, all.indexOf('', at)).map((line) => line.trim().split(/ {2,}/))
    }
    await page.goto(`${viewers}/latency?${window}&by=both`)
    const numbers = page.getByRole('region', { name: 'Numbers', exact: true })
    await numbers.locator('tr[data-row]').first().waitFor()
    const cells = (selector) => numbers.locator(selector).evaluateAll((all) => all.map((tr) => [tr.dataset.row ?? '', ...[...tr.cells].slice(1).map((c) => c.innerText.trim())]))
    /** same holds times that are shown against those that are printed: a half may be rounded up there and down here. */
    const same = (shown, printed, what) => {
      assert.equal(shown.length, printed.length, what)
      for (const [i, text] of printed.entries()) near(shown[i], nanoseconds(text), `${what}, ${i}`, 0.011)
    }
    const shown = new Map((await cells('tr[data-row]')).map(([name, count, ...times]) => [name, [number(count), times.slice(0, 4)]]))
    const printed = lines('model  ').filter(([, pod]) => pod !== '(step)')
    assert.ok(printed.length > 3 && printed.length === shown.size, text)
    for (const [model, pod, count, ...times] of printed) {
      const name = pod === '(all)' ? 'all requests' : `${model} on ${pod}`
      assert.equal(shown.get(name)[0], Number(count), name)
      same(shown.get(name)[1], times.slice(0, 4), name)
    }
    for (const [i, [phase, ...times]] of lines('phase  ').slice(0, -1).entries()) same((await cells('tr[data-phase]'))[i].slice(2, 7), times.slice(0, 5), phase)
    const words = (t) => t.replace(/\s+/g, ' ').trim()
    assert.equal(words(await page.getByRole('region', { name: 'What stands out' }).getByRole('status').innerText()), words(text.split('\n')[0]))
  })
  // The pages and the provider are other sites to each other, and refusals are meant here.
  faults.splice(0, faults.length, ...faults.filter((f) => ![provider, viewers, formless].some((o) => f.startsWith(`left the site: ${o}`)) && !/status of 40[13]/.test(f)))
}, { ignoreHTTPSErrors: true })
