import { expect, test } from 'vitest'
import { fileName } from './files'

test('a title becomes the name of a file', () => {
  expect(fileName('Latency / p90: «all»', 'csv')).toBe('Latency-p90-all.csv')
  expect(fileName('//', 'png')).toBe('panel.png')
})
