/** PromQL for the editor: the language package of the Prometheus project, asking the data source through the page's own proxy. */
import { PromQLExtension } from '@prometheus-io/codemirror-promql'

const noFlags = JSON.stringify({ status: 'success', data: {} })

/** promql completes over url, the place of a Prometheus below the page. */
export function promql(url: string) {
  // The proxy passes query paths alone; what flags a server runs with is none of ours.
  const fetchFn = (input: RequestInfo, init?: RequestInit) => (String(input).includes('/status/flags') ? Promise.resolve(new Response(noFlags)) : fetch(input, init))
  return new PromQLExtension()
    .setComplete({ remote: { url, httpMethod: 'GET', fetchFn, cache: { maxAge: 60_000 } }, maxMetricsMetadata: 5000 })
    // Grafana's variables of time ($__rate_interval) are no PromQL: what is wrong with a query the server says.
    .activateLinter(false)
    .asExtension()
}
