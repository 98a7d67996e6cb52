/** inView tells when an element comes near the window and when it has left it; one observer watches all. */
const told = new WeakMap<Element, (seen: boolean) => void>()
let observer: IntersectionObserver | undefined

export function inView(node: HTMLElement, tell: (seen: boolean) => void) {
  observer ??= new IntersectionObserver((entries) => entries.forEach((e) => told.get(e.target)?.(e.isIntersecting)), { rootMargin: '100px' })
  told.set(node, tell)
  observer.observe(node)
  return { destroy: () => observer?.unobserve(node) }
}
