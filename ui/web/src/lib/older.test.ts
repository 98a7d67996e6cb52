import { expect, test } from 'vitest'
import { older } from './older'

const today = (address: string) => {
  const [path, query] = address.split('?') as [string, string?]
  const found = older(path, new URLSearchParams(query))
  return found && `${found.path}?${decodeURIComponent(String(found.params))}`
}

test("today's addresses stay as they are", () => {
  for (const a of ['', 'd/x/y?from=now-1h&to=now&var-a=b+c&kiosk', 'd/x?viewPanel=3', 'd-solo/x/y?panelId=3', 'explore?left={}', 'dashboards', 'd/x?panelId=3', 'd/x?time=5']) expect(today(a), a).toBeNull()
})

test('a panel alone, or in the editor, by its older name', () => {
  expect(today('d/x/y?fullscreen&panelId=4&var-a=b')).toBe('d/x/y?var-a=b&viewPanel=4')
  expect(today('d/x/y?panelId=4&fullscreen=true&edit&tab=queries')).toBe('d/x/y?editPanel=4')
  expect(today('d/x/y?panelId=4&fullscreen&edit=false')).toBe('d/x/y?viewPanel=4')
})

test('a moment and a window around it are a range', () => {
  expect(today('d/x?time=1500000000000&time.window=10000&orgId=1')).toBe('d/x?orgId=1&from=1499999995000&to=1500000005000')
})

test('a folder is in the list of dashboards', () => {
  expect(today('dashboards/f/abc/of-mine')).toBe('dashboards?')
})
