/**
 * scrollsByKeys lets the keys reach and scroll an element whose content is larger than
 * it: it is a stop of Tab then, and only then.
 */
export function scrollsByKeys(node: HTMLElement) {
  const look = () => (node.scrollHeight > node.clientHeight + 1 || node.scrollWidth > node.clientWidth + 1 ? node.setAttribute('tabindex', '0') : node.removeAttribute('tabindex'))
  const watch = new ResizeObserver(look)
  watch.observe(node)
  for (const inside of node.children) watch.observe(inside)
  return { destroy: () => watch.disconnect() }
}
