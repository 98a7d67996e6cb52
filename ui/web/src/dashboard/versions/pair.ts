/** pairOf reads which two versions an address compares, the older first: without words of it the newest and the one before. */
export function pairOf(text: string | null, versions: readonly number[]): [number, number] {
  const [a, b] = (text ?? '').split('..').map(Number)
  const known = (n: number | undefined): n is number => n !== undefined && versions.includes(n)
  const newest = versions[0] ?? 0
  const after = known(b) ? b : newest
  const older = versions.filter((v) => v < after)
  const before = known(a) && a < after ? a : (older[0] ?? after)
  return [before, after]
}
