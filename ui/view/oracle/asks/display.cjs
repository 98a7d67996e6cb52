// Values of fields with mappings, thresholds, bounds and colours, in both themes.
'use strict'
const { fresh } = require('../fresh.cjs')

const steps = (...list) => list.map(([value, color]) => ({ value, color }))
const none = -Infinity
const configs = [
  {},
  { unit: 'ms', decimals: 1 },
  { noValue: 'n/a', unit: 's' },
  { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps: steps([none, 'green'], [80, 'red']) } },
  { color: { mode: 'thresholds' }, thresholds: { mode: 'absolute', steps: steps([none, 'blue'], [0, 'green'], [0.7, '#EAB839'], [50, 'orange'], [900, 'dark-red']) }, unit: 'percentunit' },
  { color: { mode: 'thresholds' }, min: 0, max: 200, thresholds: { mode: 'percentage', steps: steps([none, 'green'], [50, 'yellow'], [90, 'red']) } },
  { color: { mode: 'thresholds' }, min: -10, max: 10, thresholds: { mode: 'percentage', steps: steps([none, 'super-light-purple'], [25, 'rgb(1, 2, 3)'], [75, 'semi-dark-orange']) } },
  { color: { mode: 'continuous-GrYlRd' }, min: 0, max: 100 },
  { color: { mode: 'continuous-RdYlGr' }, min: 0, max: 100 },
  { color: { mode: 'continuous-BlYlRd' }, min: -10, max: 10 },
  { color: { mode: 'continuous-BlPu' }, min: 0, max: 1 },
  { color: { mode: 'continuous-blues' }, min: 0, max: 1000 },
  { color: { mode: 'continuous-purples' }, min: 0, max: 1000 },
  { color: { mode: 'fixed', fixedColor: 'semi-dark-blue' }, unit: 'short' },
  { color: { mode: 'fixed', fixedColor: '#abcdef' }, unit: 'bytes' },
  { mappings: [{ type: 'value', options: { 0: { text: 'down', color: 'red', index: 0 }, 1: { text: 'up', color: 'green', index: 1 } } }] },
  { mappings: [{ type: 'range', options: { from: 0, to: 10, result: { text: 'low', color: 'blue', index: 0 } } }, { type: 'range', options: { from: 10, to: 100, result: { text: 'mid', index: 1 } } }] },
  { mappings: [{ type: 'range', options: { from: null, to: 0, result: { text: 'below', color: 'purple', index: 0 } } }] },
  { mappings: [{ type: 'special', options: { match: 'null', result: { text: 'nothing', color: 'orange', index: 0 } } }, { type: 'special', options: { match: 'nan', result: { text: 'not a number', index: 1 } } }] },
  { mappings: [{ type: 'special', options: { match: 'null+nan', result: { text: 'missing', index: 0 } } }], unit: 'ms' },
  { mappings: [{ type: 'regex', options: { pattern: '/^tri(.*)$/', result: { text: 'T$1', color: 'yellow', index: 0 } } }] },
  { mappings: [{ type: 'special', options: { match: 'empty', result: { text: 'empty', index: 0 } } }, { type: 'value', options: { ok: { text: 'fine', color: 'green', index: 0 } } }] },
  { mappings: [{ type: 'value', options: { 1: { color: 'light-green', index: 0 } } }], unit: 's' },
  { unit: 'bool_on_off' },
  { unit: 'currencyEUR', decimals: 2 },
]
const numbers = [null, NaN, -25, -10, -5, -0.5, 0, 0.3, 0.7, 0.75, 1, 1.5, 5, 10, 10.5, 42.4242, 50, 75, 80, 99.999, 100, 150, 180, 200, 900, 12345.678, 1e9]
const texts = ['', 'ok', 'triton-1', '12.5', 'abc']

exports.answer = () => {
  const out = []
  for (const light of [false, true]) {
    const data = fresh()
    const theme = data.createTheme({ colors: { mode: light ? 'light' : 'dark' } })
    configs.forEach((config, i) => {
      const ask = (type, list) => {
        const show = data.getDisplayProcessor({ field: { name: 'x', type, config, values: list, state: {} }, theme, timeZone: 'utc' })
        for (const value of list) {
          const r = show(value)
          out.push({ light, config: i, type, value: Number.isNaN(value) ? 'NaN' : value, text: data.formattedValueToString(r), color: r.color ?? '', percent: r.percent ?? null })
        }
      }
      ask('number', numbers)
      ask('string', texts)
    })
  }
  return { configs: JSON.parse(JSON.stringify(configs)), out } // as files have them: no value is minus infinity
}
