import { readFileSync } from 'node:fs'
import { gunzipSync } from 'node:zlib'
import { afterAll, beforeAll, expect, test, vi } from 'vitest'
import type { Format } from './api'
import { write } from './units'

interface Answer { unit: string; decimals: number | null; values: number[]; texts: string[] }

const read = (path: string) => JSON.parse(gunzipSync(readFileSync(new URL(path, import.meta.url))).toString())

beforeAll(() => {
  vi.useFakeTimers({ now: Date.UTC(2024, 4, 17, 15, 4, 5) })
})
afterAll(() => {
  vi.useRealTimers()
})

test('numbers of every unit are written as Grafana and as the server write them', () => {
  const formats: Record<string, Format> = read('../../../units/testdata/formats.json.gz')
  const answers: Answer[] = read('../../../view/oracle/answers.json.gz').units
  const wrong: string[] = []
  let compared = 0
  for (const a of answers) {
    const of = formats[a.unit]!
    a.values.forEach((value, i) => {
      compared++
      const got = write(of, value, a.decimals, 'utc')
      if (got !== a.texts[i]) wrong.push(`${a.unit} ${a.decimals} ${value}: ${got}, want ${a.texts[i]}`)
    })
  }
  expect(compared).toBeGreaterThan(20_000)
  expect(wrong).toEqual([])
})
