/** A PromQL text with Grafana's variables in it, for what reads PromQL alone. */

/** plain puts a time or a name of the same length in the place of each variable. */
export function plain(text: string): string {
  return text.replaceAll(/\$\{[^}]*\}|\$\w+|\[\[\w+\]\]/g, (variable, at: number) => {
    const isTime = /(\[|:|\boffset\s+-?)\s*$/.test(text.slice(0, at))
    return isTime ? '1'.repeat(variable.length - 1) + 'm' : 'x'.repeat(variable.length)
  })
}
