/** PromQL for the editor: the language package of the Prometheus project, asking the data source through the page's own proxy. */
import { autocompletion, CompletionContext } from '@codemirror/autocomplete'
import { EditorState, type Extension } from '@codemirror/state'
import { LanguageType, PromQLExtension, promQLLanguage } from '@prometheus-io/codemirror-promql'
import { plain } from './variables'

const noFlags = JSON.stringify({ status: 'success', data: {} })

/** promql completes over url, the place of a Prometheus below the page. */
export function promql(url: string): Extension {
  // The proxy passes query paths alone; what flags a server runs with is none of ours.
  const fetchFn = (input: RequestInfo, init?: RequestInit) => (String(input).includes('/status/flags') ? Promise.resolve(new Response(noFlags)) : fetch(input, init))
  const of = new PromQLExtension()
    .setComplete({ remote: { url, httpMethod: 'GET', fetchFn, cache: { maxAge: 60_000 } }, maxMetricsMetadata: 5000 })
    // Grafana's variables of time ($__rate_interval) are no PromQL: what is wrong with a query the server says.
    .activateLinter(false)
    .activateCompletion(false)
  const language = promQLLanguage(LanguageType.PromQL)
  // For the same reason words are looked for in a text without variables: what stands behind one would be no query else.
  const autocomplete = (at: CompletionContext) => of.getComplete().promQL(new CompletionContext(EditorState.create({ doc: plain(at.state.doc.toString()), extensions: language }), at.pos, at.explicit, at.view))
  return [of.asExtension(), autocompletion({ override: [autocomplete] })]
}
