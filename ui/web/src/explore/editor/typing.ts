/**
 * What is typed over a selection is put there by the editor and not by the browser:
 * Chromium keeps the colour of the text that it deletes in a style attribute of the text
 * that it inserts, which the page's content policy refuses (and a log full of refusals
 * hides those that matter).
 */
import { EditorView } from '@codemirror/view'

export const typedOver = EditorView.domEventHandlers({
  beforeinput(event, view) {
    const { main, ranges } = view.state.selection
    const text = event.data
    if (event.inputType !== 'insertText' || !text || view.composing || ranges.every((r) => r.empty)) return false
    const insert = () => view.state.update(view.state.replaceSelection(text), { userEvent: 'input.type', scrollIntoView: true })
    const handled = view.state.facet(EditorView.inputHandler).some((handle) => handle(view, main.from, main.to, text, insert)) // brackets go around it
    if (!handled) view.dispatch(insert())
    return true
  },
})
