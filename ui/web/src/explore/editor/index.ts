/**
 * The query editor: CodeMirror in a shadow tree, because its rules are a
 * constructed style sheet there, which the page's strict content policy allows.
 * One chunk for both languages, loaded when an editor is first shown.
 */
import { closeBrackets, closeBracketsKeymap, completionKeymap, acceptCompletion } from '@codemirror/autocomplete'
import { defaultKeymap, history, historyKeymap } from '@codemirror/commands'
import { bracketMatching } from '@codemirror/language'
import { setDiagnostics } from '@codemirror/lint'
import { EditorState, Prec, type Extension } from '@codemirror/state'
import { drawSelection, EditorView, keymap, placeholder } from '@codemirror/view'
import { promql } from './promql'
import { theme } from './theme'
import { traceql, type TraceWords } from './traceql'
import { typedOver } from './typing'

export interface Fault {
  /** UTF-16 offsets */
  from: number
  to: number
  message: string
}

export interface Options {
  text: string
  label: string
  hint: string
  language: { traceql: TraceWords } | { promql: string }
  onchange: (text: string) => void
  onrun: () => void
}

export interface Handle {
  set: (text: string) => void
  show: (fault: Fault | null) => void
  /** what is selected then: UTF-16 offsets */
  focus: (from: number, to: number) => void
  destroy: () => void
}

export function mount(host: HTMLElement, o: Options): Handle {
  const root = host.shadowRoot ?? host.attachShadow({ mode: 'open' })
  const language: Extension = 'traceql' in o.language ? traceql(o.language.traceql) : promql(o.language.promql)
  const run = () => {
    o.onrun()
    return true
  }
  const view = new EditorView({
    parent: root,
    root,
    state: EditorState.create({
      doc: o.text,
      extensions: [
        Prec.highest(keymap.of([{ key: 'Mod-Enter', run }, { key: 'Shift-Enter', run }, { key: 'Tab', run: acceptCompletion }])),
        history(),
        drawSelection(),
        bracketMatching(),
        closeBrackets(),
        typedOver,
        EditorView.lineWrapping,
        placeholder(o.hint),
        keymap.of([...closeBracketsKeymap, ...completionKeymap, ...historyKeymap, ...defaultKeymap]),
        EditorView.contentAttributes.of({ 'aria-label': o.label, 'aria-multiline': 'true', spellcheck: 'false', autocapitalize: 'off' }),
        EditorView.updateListener.of((u) => {
          if (u.docChanged) o.onchange(u.state.doc.toString())
        }),
        theme,
        language,
      ],
    }),
  })
  return {
    set(text) {
      if (text !== view.state.doc.toString()) view.dispatch({ changes: { from: 0, to: view.state.doc.length, insert: text } })
    },
    show(fault) {
      const end = view.state.doc.length
      const at = fault && { from: Math.min(fault.from, end), to: Math.min(Math.max(fault.to, fault.from), end), severity: 'error' as const, message: fault.message }
      view.dispatch(setDiagnostics(view.state, at ? [at] : []))
    },
    focus(from, to) {
      const end = view.state.doc.length
      view.dispatch({ selection: { anchor: Math.min(from, end), head: Math.min(to, end) } })
      view.focus()
    },
    destroy: () => view.destroy(),
  }
}
