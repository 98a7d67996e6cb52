/** Pictures as pixels: PNG read by plain means, and how two of them differ. */
import assert from 'node:assert/strict'
import { inflateSync } from 'node:zlib'

/** pixelsOf reads a PNG of 8-bit RGB or RGBA: rows are its bytes, size of them a pixel. */
export function pixelsOf(png) {
  assert.equal(png.subarray(1, 4).toString(), 'PNG')
  const [width, height] = [png.readUInt32BE(16), png.readUInt32BE(20)]
  const size = png[25] === 6 ? 4 : 3
  const parts = []
  for (let at = 8; at < png.length; at += 12 + png.readUInt32BE(at)) if (png.toString('latin1', at + 4, at + 8) === 'IDAT') parts.push(png.subarray(at + 8, at + 8 + png.readUInt32BE(at)))
  const raw = inflateSync(Buffer.concat(parts))
  const line = width * size
  const rows = Buffer.alloc(line * height)
  for (let y = 0; y < height; y++) {
    const filter = raw[y * (line + 1)]
    const [row, above] = [rows.subarray(y * line, (y + 1) * line), y > 0 ? rows.subarray((y - 1) * line, y * line) : Buffer.alloc(line)]
    raw.copy(row, 0, y * (line + 1) + 1, (y + 1) * (line + 1))
    for (let x = 0; filter > 0 && x < line; x++) {
      const [a, b, c] = [x >= size ? row[x - size] : 0, above[x], x >= size ? above[x - size] : 0]
      const [pa, pb, pc] = [Math.abs(b - c), Math.abs(a - c), Math.abs(a + b - 2 * c)]
      row[x] += [0, a, b, (a + b) >> 1, pa <= pb && pa <= pc ? a : pb <= pc ? b : c][filter]
    }
  }
  return { width, height, size, rows }
}

const least = 18 // of 255: by so much a block may differ in a colour

/** differs is by how much the block at x, y of one picture differs at most from that at u, v of another. */
function differs(a, x, y, b, u, v, block) {
  if (u < 0 || v < 0 || u + block > b.width || v + block > b.height) return 255
  let most = 0
  for (let colour = 0; colour < 3; colour++) {
    let sum = 0
    for (let dy = 0; dy < block; dy++) {
      let [i, j] = [((y + dy) * a.width + x) * a.size + colour, ((v + dy) * b.width + u) * b.size + colour]
      for (let dx = 0; dx < block; dx++, i += a.size, j += b.size) sum += a.rows[i] - b.rows[j]
    }
    most = Math.max(most, Math.abs(sum) / block / block)
  }
  return most
}

/** missing are the blocks of what is seen that a picture does not have at their place, or within some pixels of it. */
export function missing(seen, picture, left, top, { block = 8, around = 3, below = 0 } = {}) {
  const list = []
  for (let y = 0; y + block <= seen.height - below; y += block) for (let x = 0; x + block <= seen.width; x += block) {
    let by = differs(seen, x, y, picture, x + left, y + top, block)
    for (let dy = -around; by > least && dy <= around; dy++) for (let dx = -around; by > least && dx <= around; dx++) by = Math.min(by, differs(seen, x, y, picture, x + left + dx, y + top + dy, block))
    if (by > least) list.push([x, y, Math.round(by)])
  }
  return list
}

/** inkOf is how many pixels of a part of a picture are not of its ground. */
export function inkOf(p, left, top, width, height) {
  const ground = [...p.rows.subarray(0, 3)]
  let n = 0
  for (let y = top; y < top + height; y++) for (let x = left; x < left + width; x++) if (ground.some((g, c) => Math.abs(p.rows[(y * p.width + x) * p.size + c] - g) > 60)) n++
  return n
}
