/**
 * Readers who have to sign in, in Chromium: by password and by a provider, behind an
 * ingress with a path; what each role is offered, and what the server lets it do.
 *
 *   SITE_URL=http://127.0.0.1:3000 UNDER=/sub/path/ PROVIDER=http://127.0.0.1:1 node e2e/signin.mjs
 *
 * PROVIDER lets everybody in as the reader that its /become was told; ui/signinbrowser_test.go makes it.
 */
import assert from 'node:assert/strict'
import { reader, site as origin } from './reader.mjs'

const { UNDER: under, PROVIDER: provider } = process.env
const site = origin + under.replace(/\/$/, '')
const become = (who) => fetch(`${provider}/become?${new URLSearchParams(who)}`)

await reader(site, async ({ page, context, does, until, shot, sound, faults }) => {
  const board = `${site}/d/supersonic/x?from=now-5m&to=now&refresh=&var-release=supersonic&timezone=utc`
  const form = page.getByRole('heading', { name: 'Sign in' })
  const edit = page.getByRole('button', { name: 'Edit', exact: true })
  const param = (name) => new URL(page.url()).searchParams.get(name)
  /** the other route: what the server says of the browser's cookies */
  const who = async () => (await context.request.get(`${site}/api/session`)).json()
  const saves = async () => (await context.request.post(`${site}/api/dashboards/save`, { data: { model: { title: `Mine ${Date.now()}`, panels: [] }, version: 0, copy: true, message: '' } })).status()
  const cookies = async () => (await context.cookies()).filter((c) => c.name !== 'theme')
  const shown = async () => {
    await page.locator('[data-panel]').first().waitFor()
    await until('he is where he wanted to be', () => [param('from'), param('var-release'), param('timezone'), new URL(page.url()).pathname].join() === ['now-5m', 'supersonic', 'utc', `${under}d/supersonic/x`].join() || page.url())
  }
  const signOut = async () => {
    await page.getByRole('button', { name: 'Sign out' }).click()
    await form.waitFor()
    assert.deepEqual([(await who()).role, await cookies()], ['', []])
  }

  await does('before that nothing of the site is told', async () => {
    await page.goto(board)
    await form.waitFor()
    assert.equal(await page.locator('[data-panel]').count(), 0)
    assert.equal(await page.getByRole('navigation').count(), 0)
    await sound('the form')
    await shot('sign-in')
  })

  await does('by password: a wrong one says so, the right one leads where he wanted to be', async () => {
    await page.getByLabel('User').fill('admin')
    await page.getByLabel('Password').fill('wrong')
    await page.keyboard.press('Enter')
    await page.getByRole('alert').filter({ hasText: 'user or password is wrong' }).waitFor()
    await page.getByLabel('Password').fill('sesame')
    await page.keyboard.press('Enter')
    await shown()
    await edit.waitFor()
    assert.deepEqual([(await who()).name, (await who()).role, await saves()], ['admin', 'Admin', 200])
    const [c, ...more] = await cookies()
    assert.deepEqual([c.path, c.httpOnly, c.sameSite, more.length], [under, true, 'Lax', 0])
    await signOut()
  })

  for (const [group, role, may] of [['shift', 'Editor', 200], ['others', 'Viewer', 403]]) {
    await does(`by the provider, as ${role}`, async () => {
      await become({ name: `Anna of ${group}`, group })
      await page.goto(board)
      await page.getByRole('link', { name: 'Sign in with CERN' }).click()
      await shown()
      await until('the page knows him', async () => (await edit.count()) === (may === 200 ? 1 : 0))
      assert.deepEqual([(await who()).name, (await who()).role, await saves()], [`Anna of ${group}`, role, may])
      assert.deepEqual((await cookies()).map((c) => c.path), [under], 'the cookie of the way is gone')
      if (may !== 200) {
        await page.locator('[data-panel]').nth(1).hover()
        await page.keyboard.press('e')
        await page.goto(`${site}/d/supersonic/x?editPanel=3&refresh=`)
        await page.locator('[data-panel]').first().waitFor()
        assert.equal(await page.getByRole('region', { name: 'Queries' }).count(), 0, 'no editor for a viewer')
      }
      await signOut()
    })
  }

  await does('a provider that refuses is told, and the form is there', async () => {
    await become({ name: 'Eve', refuses: 'yes' })
    await page.goto(board)
    await page.getByRole('link', { name: 'Sign in with CERN' }).click()
    await page.getByText(/the provider refused: access_denied/).waitFor()
    await form.waitFor()
    assert.equal((await who()).role, '')
  })

  await does("straight from the provider's list of applications", async () => {
    await become({ name: 'Ben', group: 'shift' })
    await page.goto(`${site}/login/generic_oauth`)
    await page.locator('[data-panel]').first().waitFor()
    assert.equal(new URL(page.url()).pathname, under, 'below the path of the ingress')
  })
  // The provider is another site, and before one signs in questions are refused.
  faults.splice(0, faults.length, ...faults.filter((f) => !f.includes(provider) && !/status of 40[13]/.test(f)))
})
