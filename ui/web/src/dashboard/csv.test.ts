import { expect, test } from 'vitest'
import type { Column, Shown, TableView } from '../lib/api'
import { csv, fileName } from './csv'

const cell = (text: string, number: number | null = null) => ({ text, number, prefix: '', suffix: ' ms', color: '', href: '' }) as Shown
const column = (name: string, kind: string, hidden = false) => ({ name, kind, hidden }) as Column

test('a table becomes RFC 4180 with numbers that a program reads', () => {
  const table = {
    columns: [column('Time', 'time'), column('say "pod"', 'text'), column('a', 'number'), column('no', 'text', true)],
    rows: [[cell('x', 0), cell('p,1'), cell('1.2', 1.2345), cell('h')], [cell('y', 1000), cell('=cmd()'), cell('–', null), cell('h')]],
  } as unknown as TableView
  expect(csv(table)).toBe('Time,"say ""pod""",a\r\n1970-01-01T00:00:00.000Z,"p,1",1.2345\r\n1970-01-01T00:00:01.000Z,\'=cmd(),\r\n')
})

test('a title becomes the name of a file', () => {
  expect(fileName('Latency / p90: «all»', 'csv')).toBe('Latency-p90-all.csv')
  expect(fileName('//', 'png')).toBe('panel.png')
})
