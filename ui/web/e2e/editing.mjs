/** Controls of the panel editor, as somebody uses them. */

/** editing gives what sets an option: a control by its group and its name, each by its kind. */
export function editing(page, pane = page.locator('aside')) {
  const group = (name) => pane.locator('details', { has: page.locator('summary', { hasText: new RegExp(`^${name}$`) }) })
  const unfold = async (name) => {
    const it = group(name)
    if (!(await it.evaluate((d) => d.open))) await it.locator('summary').click()
    return it
  }
  /** choose picks from a list that can be searched, several if there are several texts. */
  const choose = async (within, label, ...texts) => {
    await within.getByRole('button', { name: new RegExp(`^${label}:`) }).click()
    const search = within.getByRole('combobox', { name: `Search ${label}` })
    for (const text of texts) {
      await search.fill(text)
      await search.press('Enter')
    }
    if (await search.count()) await search.press('Escape')
  }
  /** put sets one control to what is wanted. */
  const put = async (within, label, value) => {
    if (Array.isArray(value)) return choose(within, label, ...value)
    const control = within.getByLabel(label, { exact: true }).first()
    const kind = await control.evaluate((e) => (e.tagName === 'SELECT' ? 'choice' : e.type === 'checkbox' ? 'switch' : 'text'))
    if (kind === 'choice') await control.selectOption({ label: value })
    else if (kind === 'switch') await control.setChecked(value)
    else {
      await control.fill(String(value))
      await control.press('Tab')
    }
  }
  /** set sets options of a group: { 'Line width': 6 }. */
  const set = async (name, options) => {
    const within = await unfold(name)
    for (const [label, value] of Object.entries(options)) await put(within, label, value)
  }
  const tab = (name) => page.getByRole('tab', { name, exact: true }).click()
  /** overrides begins an override of a field with one option, which can then be put in what it gives. */
  const overrides = async (field, option) => {
    await tab('Overrides')
    await pane.getByRole('button', { name: 'Override', exact: true }).click()
    await put(pane, 'Name', field)
    await put(pane, 'Add an option to the override', [option])
    return pane
  }
  const saves = async () => {
    await page.getByRole('button', { name: 'Save dashboard' }).click()
    await page.getByRole('dialog').getByRole('button', { name: /^Save/ }).click()
    await page.getByRole('dialog').waitFor({ state: 'detached' })
  }
  return { unfold, choose, put, set, tab, overrides, saves }
}
