/** What two texts have differently, line by line. */

export interface Line {
  /** "" in both, "-" in the first alone, "+" in the second alone, "…" lines of both that are left out */
  sign: '' | '-' | '+' | '…'
  text: string
}

/** lines of both around a difference that are shown */
const around = 3
/** comparing more would take long; what is between the ends that are the same is then shown as changed */
const most = 4_000_000

/** changed compares; long stretches of the same are left out. */
export function changed(before: string, after: string): Line[] {
  const [a, b] = [before.split('\n'), after.split('\n')]
  let head = 0
  while (head < a.length && head < b.length && a[head] === b[head]) head++
  let tail = 0
  while (tail < a.length - head && tail < b.length - head && a[a.length - 1 - tail] === b[b.length - 1 - tail]) tail++
  const same = (list: string[]): Line[] => list.map((text) => ({ sign: '', text }))
  const middle = compared(a.slice(head, a.length - tail), b.slice(head, b.length - tail))
  return folded([...same(a.slice(0, head)), ...middle, ...same(a.slice(a.length - tail))])
}

function compared(a: string[], b: string[]): Line[] {
  if (a.length * b.length > most) return [...a.map((text): Line => ({ sign: '-', text })), ...b.map((text): Line => ({ sign: '+', text }))]
  // longest[i][j]: how many lines a from i and b from j have in common, in order
  const longest = Array.from({ length: a.length + 1 }, () => new Uint32Array(b.length + 1))
  for (let i = a.length - 1; i >= 0; i--) {
    for (let j = b.length - 1; j >= 0; j--) longest[i]![j] = a[i] === b[j] ? longest[i + 1]![j + 1]! + 1 : Math.max(longest[i + 1]![j]!, longest[i]![j + 1]!)
  }
  const out: Line[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length; ) {
    if (i < a.length && j < b.length && a[i] === b[j]) out.push({ sign: '', text: a[i++]! }), j++
    else if (i < a.length && (j >= b.length || longest[i + 1]![j]! >= longest[i]![j + 1]!)) out.push({ sign: '-', text: a[i++]! })
    else out.push({ sign: '+', text: b[j++]! })
  }
  return out
}

function folded(all: Line[]): Line[] {
  const near = new Uint8Array(all.length)
  all.forEach((l, i) => {
    if (l.sign !== '') near.fill(1, Math.max(0, i - around), i + around + 1)
  })
  const out: Line[] = []
  all.forEach((l, i) => {
    if (near[i]) out.push(l)
    else if (out.at(-1)?.sign !== '…') out.push({ sign: '…', text: '' })
  })
  return out
}
