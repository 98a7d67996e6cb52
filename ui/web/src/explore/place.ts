/** unitsBefore turns an offset in bytes of UTF-8, as the server counts, into one of the browser's. */
export function unitsBefore(text: string, bytes: number): number {
  let at = 0
  for (const c of text) {
    const code = c.codePointAt(0)!
    bytes -= code < 0x80 ? 1 : code < 0x800 ? 2 : code < 0x10000 ? 3 : 4
    if (bytes < 0) return at
    at += c.length
  }
  return at
}
