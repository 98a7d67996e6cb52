/** TraceQL for the editor: colours by Grafana's grammar, completion by the store's own names and values. Faults come from the server's parser alone. */
import { autocompletion, insertCompletionText, type Completion, type CompletionContext, type CompletionResult } from '@codemirror/autocomplete'
import { LanguageSupport, LRLanguage } from '@codemirror/language'
import { parser } from '@grafana/lezer-traceql'
import type { EditorView } from '@codemirror/view'
import { styleTags, tags as t } from '@lezer/highlight'
import type { Tags, TagValue } from '../../lib/api'
import { fixedValues, operators, placeAt, stages } from './words'

export interface TraceWords {
  tags: () => Promise<Tags>
  values: (tag: string, within: string) => Promise<TagValue[]>
}

const language = LRLanguage.define({
  name: 'traceql',
  parser: parser.configure({
    props: [
      styleTags({
        'LineComment BlockComment': t.comment,
        String: t.string,
        'Integer Float Duration': t.number,
        IntrinsicField: t.propertyName,
        'Parent Event Instrumentation Link Resource Span': t.attributeName,
        'AttributeField Identifier': t.attributeName,
        'Aggregate GroupOperation SelectOperation CoalesceOperation MetricsOperationBasicType MetricsOperationHistogram MetricsOperationQuantile MetricsOperationCompare MetricsOverTimeType MetricsAggregatorFunctionType With': t.keyword,
        'FieldOp ComparisonOp ScalarOp And Or Pipe Gt Lt Desc Anc ExperimentalOp UnionStructuralOp': t.operator,
        Static: t.atom,
        'HintIdentifier HintValue': t.modifier,
      }),
    ],
  }),
  languageData: { closeBrackets: { brackets: ['{', '(', '"'] }, commentTokens: { line: '//' } },
})

const scoped = (scope: string, tag: string) => (scope === 'intrinsic' ? tag : `${scope}.${/^[\w.:/@-]+$/.test(tag) ? tag : JSON.stringify(tag)}`)

async function tagOptions(words: TraceWords): Promise<Completion[]> {
  const { scopes } = await words.tags()
  return scopes.flatMap((s) => s.tags.map((tag) => ({ label: scoped(s.name, tag), type: s.name === 'intrinsic' ? 'keyword' : 'property', detail: s.name, boost: s.name === 'resource' || s.name === 'span' ? 1 : 0 })))
}

/** quoted writes a value in place of what was begun, the quote that closed itself included. */
function quoted(view: EditorView, value: Completion, from: number, to: number) {
  const end = view.state.sliceDoc(to, to + 1) === '"' && view.state.sliceDoc(from, from + 1) === '"' ? to + 1 : to
  view.dispatch(insertCompletionText(view.state, value.label, from, end))
}

async function valueOptions(words: TraceWords, tag: string, within: string): Promise<Completion[]> {
  const fixed = fixedValues(tag)
  if (fixed) return fixed.map((label, i) => ({ label, type: 'constant', boost: -i }))
  const values = await words.values(tag, within)
  return values.map((v) => (v.type === 'string' ? { label: JSON.stringify(v.value), displayLabel: v.value, type: 'text', apply: quoted } : { label: v.value, type: 'constant', detail: v.type }))
}

function source(words: TraceWords) {
  return async (context: CompletionContext): Promise<CompletionResult | null> => {
    const place = placeAt(context.state.sliceDoc(0, context.pos))
    const after = context.state.sliceDoc(context.pos, context.pos + 1)
    if (place.at === 'tag') {
      if (!context.explicit && place.from === context.pos && after !== '}' && after !== '' && after !== ')' && after !== ' ') return null
      return { from: place.from, options: await tagOptions(words).catch(() => []), validFor: /^[\w.:/@-]*$/ }
    }
    if (place.at === 'value') {
      const options = await valueOptions(words, place.tag, place.before).catch(() => [])
      return { from: place.from, options, validFor: place.quoted ? /^"[^"]*$/ : /^[\w.-]*$/ }
    }
    if (place.at === 'stage') return { from: place.from, options: stages.map(([label, detail], i) => ({ label, detail, type: 'function', boost: -i })), validFor: /^\w*$/ }
    if (place.at === 'op' && context.explicit) return { from: place.from, options: operators.map((label, i) => ({ label, type: 'keyword', boost: -i })) }
    if (place.at === 'join' && context.explicit) return { from: place.from, options: ['&&', '||'].map((label) => ({ label, type: 'keyword' })) }
    return null
  }
}

export function traceql(words: TraceWords) {
  return [new LanguageSupport(language), autocompletion({ override: [source(words)], activateOnTyping: true, maxRenderedOptions: 200 })]
}
