/** The look of the editor: the page's own colours, which the shadow tree inherits as variables. */
import { HighlightStyle, syntaxHighlighting } from '@codemirror/language'
import { EditorView } from '@codemirror/view'
import { tags as t } from '@lezer/highlight'

const look = EditorView.theme({
  '&': { backgroundColor: 'var(--ground)', color: 'var(--text)', fontSize: '12.5px', border: '1px solid var(--line-strong)', borderRadius: '5px', minHeight: '31px' },
  '&.cm-focused': { outline: '2px solid var(--accent)', outlineOffset: '1px' },
  '.cm-scroller': { fontFamily: 'var(--mono)', lineHeight: '19px', maxHeight: '220px' },
  '.cm-content': { caretColor: 'var(--accent)', padding: '5px 0' },
  '.cm-line': { padding: '0 8px' },
  '.cm-cursor': { borderLeftColor: 'var(--accent)', borderLeftWidth: '2px' },
  '&.cm-focused > .cm-scroller > .cm-selectionLayer .cm-selectionBackground, .cm-selectionBackground, .cm-content ::selection': { backgroundColor: 'var(--accent-ground)' },
  '.cm-placeholder': { color: 'var(--faint)' },
  '.cm-completionIcon': { display: 'none' },
  '.cm-matchingBracket, .cm-nonmatchingBracket': { backgroundColor: 'transparent' },
  '&.cm-focused .cm-matchingBracket': { backgroundColor: 'var(--raised)', outline: '1px solid var(--line-strong)' },
  '&.cm-focused .cm-nonmatchingBracket': { backgroundColor: 'var(--bad-ground)' },
  '.cm-tooltip': { backgroundColor: 'var(--panel)', border: '1px solid var(--line-strong)', borderRadius: '6px', boxShadow: 'var(--shadow)', color: 'var(--text)' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul': { fontFamily: 'var(--mono)', fontSize: '12px', maxHeight: '260px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li': { padding: '2px 8px' },
  '.cm-tooltip.cm-tooltip-autocomplete > ul > li[aria-selected]': { backgroundColor: 'var(--accent-ground)', color: 'var(--text)' },
  '.cm-completionDetail': { color: 'var(--soft)', fontStyle: 'normal', marginLeft: '14px', fontFamily: 'var(--sans)' },
  '.cm-completionMatchedText': { textDecoration: 'none', fontWeight: '700', color: 'var(--accent)' },
  '.cm-completionInfo': { padding: '6px 10px', fontFamily: 'var(--sans)' },
  '.cm-diagnostic': { padding: '4px 8px', fontFamily: 'var(--sans)' },
  '.cm-diagnostic-error': { borderLeft: '3px solid var(--bad)' },
  '.cm-lintRange-error': { backgroundImage: 'none', textDecoration: 'underline wavy var(--bad)', textUnderlineOffset: '3px' },
  '.cm-lintPoint-error:after': { borderBottomColor: 'var(--bad)' },
})

const colours = HighlightStyle.define([
  { tag: [t.string, t.special(t.string)], color: 'var(--good)' },
  { tag: [t.number, t.integer, t.float, t.unit], color: 'var(--warn)' },
  { tag: [t.keyword, t.modifier, t.operatorKeyword], color: 'var(--accent)' },
  { tag: [t.function(t.variableName), t.className], color: 'var(--accent)' },
  { tag: [t.propertyName, t.labelName, t.attributeName], color: 'var(--code-label)' },
  { tag: [t.variableName], color: 'var(--text)' },
  { tag: [t.atom, t.bool], color: 'var(--code-atom)' },
  { tag: [t.operator, t.arithmeticOperator, t.compareOperator, t.logicOperator, t.punctuation, t.paren, t.brace, t.squareBracket, t.separator], color: 'var(--soft)' },
  { tag: [t.comment], color: 'var(--faint)', fontStyle: 'italic' },
])

export const theme = [look, syntaxHighlighting(colours)]
