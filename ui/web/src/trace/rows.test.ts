import { describe, expect, it } from 'vitest'
import { none, turned } from './rows'

const want = (first: number, last: number, count = 1000) => ({ first, last, count, places: 10 })
const shown = (rows: number[]) => rows.filter((r) => r !== none).sort((a, b) => a - b)

describe('the places of rows', () => {
  it('hold every row at once when nothing is drawn yet', () => {
    const { rows, waiting } = turned([], want(3, 12), Infinity)
    expect(shown(rows)).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11])
    expect(waiting).toBe(false)
  })
  it('keep a row that stays where it is', () => {
    const before = turned([], want(0, 9), Infinity).rows
    const { rows } = turned(before, want(2, 11), Infinity)
    for (let row = 2; row < 9; row++) expect(rows.indexOf(row)).toBe(before.indexOf(row))
  })
  it('take a few new rows in a frame, from the middle of what is seen', () => {
    const before = turned([], want(0, 9), Infinity).rows
    const { rows, waiting } = turned(before, want(500, 509), 3)
    expect(shown(rows).filter((r) => r >= 500)).toEqual([503, 504, 505])
    expect(waiting).toBe(true)
  })
  it('have all rows after as many frames as it takes', () => {
    let { rows, waiting } = turned(turned([], want(0, 9), Infinity).rows, want(500, 509), 3)
    let frames = 1
    for (; waiting; frames++) ({ rows, waiting } = turned(rows, want(500, 509), 3))
    expect(frames).toBe(3)
    for (let row = 500; row < 509; row++) expect(rows).toContain(row)
  })
  it('hold no row that the list no longer has', () => {
    const before = turned([], want(990, 1000), Infinity).rows
    expect(shown(turned(before, want(0, 4, 4), Infinity).rows)).toEqual([0, 1, 2, 3])
  })
  it('begin anew when there are more of them', () => {
    const before = turned([], want(5, 14), Infinity).rows
    expect(shown(turned(before, { first: 5, last: 14, count: 1000, places: 12 }, Infinity).rows)).toEqual([5, 6, 7, 8, 9, 10, 11, 12, 13])
  })
})
